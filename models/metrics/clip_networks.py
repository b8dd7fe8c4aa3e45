"""Loads the CLIP network of the suites `animate-bench` and `aigcbench`, and records suite settings."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from benchmark.metrics.suites import Suite
from benchmark.protocol import SuiteName
from models.backbones.base import CLIP_L14, KNOWN, BackboneMissing, BackboneWeights, weights_folder
from models.metrics.clip_input import ClipInput
from models.metrics.options import FORMULAS_VERSION, MetricRun

_WEIGHT_FILES = frozenset({".json", ".txt", ".safetensors", ".bin"})


def suite_settings(suite: Suite, run: MetricRun) -> Mapping[str, str]:
    """Return the settings and weights that a suite's scores depend on, for any suite except vbench-i2v.

    Raises:
        BackboneMissing: the folder that the user names holds no weights.
    """
    settings = {**suite.settings, "formulas": str(FORMULAS_VERSION)}
    if suite.name is SuiteName.MOTION:
        return settings
    if suite.name is SuiteName.ANIMATE_BENCH:
        chosen = run.animate_bench
        settings |= {"frames": chosen.frames.value, "prompt prefix": chosen.prompt_prefix or "none"}
    return {"backbone": _identity(network_of(suite, run), run), **settings, "dtype": run.dtype.value}


def clip_scorer(suite: Suite, run: MetricRun) -> Callable[[ClipInput], Mapping[str, float]]:
    """Load the network, and return the function that scores a clip.

    Raises:
        BackboneMissing: the weights are not on this machine.
    """
    from models.backbones.clip import ClipBackbone
    from models.metrics.clip_scores import aigcbench_scores, animate_bench_scores
    from models.metrics.feature_cache import FeatureCache

    known = network_of(suite, run)
    folder = weights_folder(known, home=run.home, named=run.weights)
    encoder = ClipBackbone(folder, identity=_identity(known, run), device=run.device, dtype=run.dtype)
    cache = FeatureCache(run.home / "metrics" / "features")
    if suite.name is SuiteName.ANIMATE_BENCH:
        return partial(animate_bench_scores, encoder=encoder, cache=cache, settings=run.animate_bench)
    return partial(aigcbench_scores, encoder=encoder, cache=cache)


def network_of(suite: Suite, run: MetricRun) -> BackboneWeights:
    """Return the network of a suite other than motion and vbench-i2v."""
    return KNOWN[run.animate_bench.backbone] if suite.name is SuiteName.ANIMATE_BENCH else CLIP_L14


def _identity(known: BackboneWeights, run: MetricRun) -> str:
    """Return the name and revision of the weights, or the name and digest of a folder that the user chose."""
    if run.weights is None:
        return f"{known.name}@{known.revision[:12]}"
    return f"{run.weights.resolve().name}@{_folder_digest(run.weights)}"


def _folder_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    try:
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.suffix in _WEIGHT_FILES:
                with path.open("rb") as file:
                    content = hashlib.file_digest(file, "sha256").hexdigest()
                digest.update(f"{path.name} {content}\n".encode())
    except OSError as error:
        raise BackboneMissing(f"The weights in {folder} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()[:12]
