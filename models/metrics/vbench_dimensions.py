"""Defines the ten dimensions of VBench-I2V: the networks and the scoring function of each dimension.

`ti2v metrics` loads the networks of one dimension, scores all clips, and frees the networks before the next
dimension. At any time, only the networks of one dimension are in memory. A worker keeps the networks between
claims (`open_networks.py`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models.backbones.base import CLIP_B32, CLIP_L14, DINO_B16
from models.backbones.dtype import Dtype
from models.backbones.sources import (
    AMT_S,
    COTRACKER2,
    DREAMSIM,
    LAION_HEAD,
    MUSIQ_SPAQ,
    RAFT_THINGS,
    Located,
    NetworkSource,
    external_network,
)
from models.metrics.clip_input import ClipInput
from models.metrics.vbench_settings import VBenchSettings

Score = Callable[[ClipInput], float | None]


@dataclass(frozen=True)
class Opening:
    """The networks, the device, the number type and the cache that a dimension uses.

    Attributes:
        located: the networks that the dimension needs, in the order of `Dimension.networks`.
        device: device of the networks.
        dtype: floating-point type of the networks.
        features: folder of the feature cache.
    """

    located: tuple[Located, ...]
    settings: VBenchSettings
    device: str
    dtype: Dtype
    features: Path


@dataclass(frozen=True)
class Dimension:
    """A dimension of VBench-I2V.

    Attributes:
        name: the name of the metric.
        networks: the networks that the dimension needs.
        setting_names: the settings that the dimension's scores depend on.
        open: loads the networks and yields the function that scores a clip. If the dimension is not defined
            for a clip, the score is None.
    """

    name: str
    networks: tuple[NetworkSource, ...]
    setting_names: tuple[str, ...]
    open: Callable[[Opening], AbstractContextManager[Score]]


@contextmanager
def _i2v_subject(opening: Opening) -> Iterator[Score]:
    from models.backbones.dino import DinoBackbone, DinoTransform
    from models.backbones.transforms import Resampling
    from models.metrics.feature_cache import FeatureCache
    from models.metrics.vbench_scores import i2v_score

    (found,) = opening.located
    image = DinoBackbone(
        found.path,
        identity=found.identity,
        transform=DinoTransform.CROP,
        device=opening.device,
        dtype=opening.dtype,
    )
    frames = image.resampled(Resampling(opening.settings.antialias(published=True), rounded=False))
    cache = FeatureCache(opening.features)
    yield partial(i2v_score, frames=frames, image=image, cache=cache, crop=opening.settings.image)


@contextmanager
def _i2v_background(opening: Opening) -> Iterator[Score]:
    from models.backbones.external import DreamSimBackbone
    from models.backbones.transforms import Resampling
    from models.metrics.feature_cache import FeatureCache
    from models.metrics.vbench_scores import i2v_score

    (found,) = opening.located
    resampling = Resampling(opening.settings.antialias(published=True), rounded=False)
    with external_network(DREAMSIM, found, device=opening.device) as process:
        image = DreamSimBackbone(process, identity=found.identity)
        frames = DreamSimBackbone(process, identity=found.identity, resampling=resampling)
        cache = FeatureCache(opening.features)
        yield partial(i2v_score, frames=frames, image=image, cache=cache, crop=opening.settings.image)


@contextmanager
def _camera_motion(opening: Opening) -> Iterator[Score]:
    from models.backbones.external import CoTrackerBackbone
    from models.metrics.vbench_scores import camera_score

    with external_network(COTRACKER2, opening.located[0], device=opening.device) as process:
        yield partial(camera_score, network=CoTrackerBackbone(process))


@contextmanager
def _subject_consistency(opening: Opening) -> Iterator[Score]:
    from models.backbones.dino import DinoBackbone, DinoTransform
    from models.backbones.transforms import Resampling
    from models.metrics.feature_cache import FeatureCache
    from models.metrics.vbench_scores import consistency_score

    (found,) = opening.located
    encoder = DinoBackbone(
        found.path,
        identity=found.identity,
        transform=DinoTransform.SHORTER_SIDE,
        device=opening.device,
        dtype=opening.dtype,
        resampling=Resampling(opening.settings.antialias(published=False), rounded=False),
    )
    yield partial(consistency_score, encoder=encoder, cache=FeatureCache(opening.features))


@contextmanager
def _background_consistency(opening: Opening) -> Iterator[Score]:
    from models.backbones.clip import ClipBackbone
    from models.backbones.transforms import Resampling
    from models.metrics.feature_cache import FeatureCache
    from models.metrics.vbench_scores import consistency_score

    (found,) = opening.located
    resampling = Resampling(opening.settings.antialias(published=False), rounded=False)
    encoder = ClipBackbone(
        found.path,
        identity=found.identity,
        device=opening.device,
        dtype=opening.dtype,
        resampling=resampling,
    )
    yield partial(consistency_score, encoder=encoder, cache=FeatureCache(opening.features))


@contextmanager
def _temporal_flickering(_opening: Opening) -> Iterator[Score]:
    from models.metrics.vbench_scores import flickering_score

    yield flickering_score


@contextmanager
def _motion_smoothness(opening: Opening) -> Iterator[Score]:
    from models.backbones.external import AmtBackbone
    from models.metrics.vbench_scores import smoothness_score

    with external_network(AMT_S, opening.located[0], device=opening.device) as process:
        yield partial(smoothness_score, network=AmtBackbone(process))


@contextmanager
def _dynamic_degree(opening: Opening) -> Iterator[Score]:
    from models.backbones.raft import RaftBackbone
    from models.metrics.vbench_scores import dynamic_score

    (found,) = opening.located
    network = RaftBackbone(found.path, identity=found.identity, device=opening.device, dtype=opening.dtype)
    yield partial(dynamic_score, network=network, border=opening.settings.flow_border)


@contextmanager
def _aesthetic_quality(opening: Opening) -> Iterator[Score]:
    from models.backbones.aesthetic_head import AestheticHead
    from models.backbones.clip import ClipBackbone
    from models.backbones.transforms import Resampling
    from models.metrics.feature_cache import FeatureCache
    from models.metrics.vbench_scores import aesthetic_score

    clip, head = opening.located
    resampling = Resampling(opening.settings.antialias(published=False), rounded=False)
    encoder = ClipBackbone(
        clip.path, identity=clip.identity, device=opening.device, dtype=opening.dtype, resampling=resampling
    )
    cache = FeatureCache(opening.features)
    yield partial(aesthetic_score, encoder=encoder, head=AestheticHead(head.path), cache=cache)


@contextmanager
def _imaging_quality(opening: Opening) -> Iterator[Score]:
    from models.backbones.external import MusiqBackbone
    from models.metrics.vbench_scores import imaging_score

    with external_network(MUSIQ_SPAQ, opening.located[0], device=opening.device) as process:
        yield partial(imaging_score, network=MusiqBackbone(process))


# The order of the dimensions is the order of the columns in the paper's Table A3.
DIMENSIONS: Mapping[str, Dimension] = {
    each.name: each
    for each in (
        Dimension("subject_consistency", (DINO_B16,), ("resize",), _subject_consistency),
        Dimension("background_consistency", (CLIP_B32,), ("resize",), _background_consistency),
        Dimension("temporal_flickering", (), (), _temporal_flickering),
        Dimension("motion_smoothness", (AMT_S,), (), _motion_smoothness),
        Dimension("dynamic_degree", (RAFT_THINGS,), ("flow border",), _dynamic_degree),
        Dimension("aesthetic_quality", (CLIP_L14, LAION_HEAD), ("resize",), _aesthetic_quality),
        Dimension("imaging_quality", (MUSIQ_SPAQ,), (), _imaging_quality),
        Dimension("i2v_subject", (DINO_B16,), ("resize", "image"), _i2v_subject),
        Dimension("i2v_background", (DREAMSIM,), ("resize", "image"), _i2v_background),
        Dimension("camera_motion", (COTRACKER2,), (), _camera_motion),
    )
}
