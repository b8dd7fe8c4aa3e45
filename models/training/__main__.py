"""Runs `ti2v train` on several devices: `accelerate launch -m models.training CONFIG`."""

import sys

from benchmark.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
