"""Command line: `python -m models.motif_dit CONFIG... --output FOLDER` trains one LoRA per config."""

import argparse
import sys
from pathlib import Path

from models.motif_dit.config import read_dit_config
from models.motif_dit.run import run_dit_training
from models.training.errors import TrainingError
from models.training.figure6 import mean_ratio


def main() -> int:
    """Train a LoRA for every config; print the losses and the Figure 6 ratio of every run."""
    parser = argparse.ArgumentParser(prog="python -m models.motif_dit", description=__doc__)
    parser.add_argument(
        "configs", nargs="+", help="TOML files, or names of configs in models/motif_dit/configs"
    )
    parser.add_argument("--output", type=Path, default=Path("runs"), help="folder of all runs")
    parser.add_argument("--seed", type=_seed, help="another seed than the config's, at least 0")
    arguments = parser.parse_args()
    try:
        for name in arguments.configs:
            config = read_dit_config(name, seed=arguments.seed)
            result = run_dit_training(config, arguments.output / f"{config.name}-{config.seed}")
            ratio = f"{mean_ratio(result.figure6):.3f}" if result.figure6 else "no held-out clip moves"
            print(
                f"{config.name}: loss {result.losses[0]:.3f} to {result.losses[-1]:.3f}, "
                f"{len(result.broken)} broken clips, loss in moving regions / overall {ratio}"
            )
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer of at least 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
