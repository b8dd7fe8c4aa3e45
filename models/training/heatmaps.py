"""Computes a clip's heatmap at latent resolution, from optical flow or from segments."""

from functools import lru_cache
from typing import TYPE_CHECKING

from models.motion.flow import Flow, FlowEstimator, create_flow_estimator, last_frame_flow
from models.motion.frames import BadClip
from models.motion.heatmap import Heatmap, motion_heatmap, resize_heatmap
from models.motion.segments import Masks, segment_heatmap
from models.motion.settings import EXACT_FLOW, LastFrame
from models.training.clip_sources import TrainingClip
from models.training.config_sections import HeatmapSection
from models.training.enums import HeatmapSource
from models.training.errors import BadConfig

if TYPE_CHECKING:
    from models.motion.sam import SamSegmenter


def clip_heatmap(
    clip: TrainingClip, settings: HeatmapSection, height: int, width: int, *, device: str = "cpu"
) -> Heatmap:
    """Return the heatmap m' of a clip.

    Args:
        clip: the frames of the clip, and the exact flow if it is known.
        settings: source, flow estimator and heatmap settings.
        height: latent height.
        width: latent width.
        device: device of RAFT and SAM.

    Returns:
        (frames, height, width) float32 in [0, 1].

    Raises:
        BadClip: exact flow or true masks are configured but unknown for this clip, or no flow can be
            estimated.
        BadConfig: SAM cannot be loaded.
        FlowUnavailable: RAFT is configured, but torchvision is not installed, or the weights of RAFT are
            missing.
    """
    flow = _flow(clip, settings.flow, device)
    if settings.source is not HeatmapSource.FLOW:
        maps = segment_heatmap(flow, _masks(clip, settings, device), settings, settings.segments)
    else:
        maps = motion_heatmap(flow, settings, last_flow=_last_flow(clip, settings, device))
    return resize_heatmap(maps, height, width, settings.kernel)


def _masks(clip: TrainingClip, settings: HeatmapSection, device: str) -> Masks:
    if settings.source is HeatmapSource.SAM:
        return _segmenter(settings.sam, device)(clip.frames[0])
    if clip.masks is None:
        raise BadClip("true masks exist only for sprite clips; set heatmap.source to 'sam' or 'flow'.")
    return clip.masks


@lru_cache(maxsize=1)
def _segmenter(model: str, device: str) -> "SamSegmenter":
    # The import of SAM takes a second, and only one ablation needs it.
    from models.motion.sam import load_sam

    try:
        return load_sam(model, device=device)
    except OSError as error:
        raise BadConfig(f"heatmap.sam: {error}") from error


def _flow(clip: TrainingClip, name: str, device: str) -> Flow:
    if name == EXACT_FLOW:
        if clip.flow is None:
            raise BadClip(
                "exact flow exists only for clips of the scene engine; set heatmap.flow to 'dis-medium'."
            )
        return clip.flow
    return _estimator(name, device)(clip.frames)


def _last_flow(clip: TrainingClip, settings: HeatmapSection, device: str) -> Flow | None:
    if settings.last_frame is not LastFrame.BACKWARD:
        return None
    return last_frame_flow(_estimator(settings.flow, device), clip.frames)


@lru_cache(maxsize=1)
def _estimator(name: str, device: str) -> FlowEstimator:
    # Create one estimator for all clips, because a new RAFT estimator loads its weights from a file.
    return create_flow_estimator(name, device=device)
