"""The heatmap of a clip as a run's settings want it: from flow or from segments, at latent size."""

from functools import lru_cache
from typing import TYPE_CHECKING

from models.motion.flow import Flow, FlowEstimator, create_flow_estimator
from models.motion.frames import BadClip
from models.motion.heatmap import Heatmap, motion_heatmap, resize_heatmap
from models.motion.segments import segment_heatmap
from models.motion.settings import EXACT_FLOW
from models.training.config import HeatmapSection
from models.training.datasets import TrainingClip
from models.training.enums import HeatmapSource
from models.training.errors import BadConfig

if TYPE_CHECKING:
    from models.motion.sam import SamSegmenter


def clip_heatmap(footage: TrainingClip, settings: HeatmapSection, height: int, width: int) -> Heatmap:
    """Return m', (frames, height, width) float32 in [0, 1].

    Raises:
        BadClip: exact flow is asked for and not known, or the clip has no flow.
        BadConfig: SAM cannot be loaded.
        FlowUnavailable: RAFT is asked for, and it or its weights are missing.
    """
    flow = _flow(footage, settings.flow)
    if settings.source is HeatmapSource.SAM:
        masks = _segmenter(settings.sam)(footage.frames[0])
        maps = segment_heatmap(flow, masks, settings, settings.segments)
    else:
        maps = motion_heatmap(flow, settings)
    return resize_heatmap(maps, height, width, settings.kernel)


@lru_cache(maxsize=1)
def _segmenter(model: str) -> "SamSegmenter":
    # transformers' SAM takes a second to import; only the ablation needs it.
    from models.motion.sam import load_sam

    try:
        return load_sam(model)
    except OSError as error:
        raise BadConfig(f"heatmap.sam: {error}") from error


def _flow(footage: TrainingClip, name: str) -> Flow:
    if name == EXACT_FLOW:
        if footage.flow is None:
            raise BadClip(
                "exact flow is known only for clips of the scene engine; set heatmap.flow to 'dis-medium'."
            )
        return footage.flow
    return _estimator(name)(footage.frames)


@lru_cache(maxsize=1)
def _estimator(name: str) -> FlowEstimator:
    # Kept for all clips: RAFT reads its weights from a file.
    return create_flow_estimator(name)
