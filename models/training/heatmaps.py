"""The heatmap of a clip as a run's settings want it: from flow or from segments, at latent size."""

from models.motion.clips import BadClip
from models.motion.flow import Flow, flow_named
from models.motion.heatmap import Heatmap, motion_heatmap, resized
from models.training.config import HeatmapSection, HeatmapSource
from models.training.errors import BadConfig
from models.training.sources import Footage


def clip_heatmap(footage: Footage, settings: HeatmapSection, height: int, width: int) -> Heatmap:
    """Return m', (frames, height, width) float32 in [0, 1].

    Raises:
        BadClip: exact flow is asked for and not known, or the clip has no flow.
        BadConfig: no estimator has the configured name.
    """
    flow = _flow(footage, settings.flow)
    if settings.source is HeatmapSource.SAM:
        raise BadConfig("heatmap.source sam is not there yet")
    maps = motion_heatmap(flow, settings)
    return resized(maps, height, width, settings.kernel)


def _flow(footage: Footage, name: str) -> Flow:
    if name == "exact":
        if footage.flow is None:
            raise BadClip(
                "exact flow is known only for clips of the scene engine; set heatmap.flow to 'dis-medium'."
            )
        return footage.flow
    try:
        return flow_named(name)(footage.frames)
    except BadClip:
        raise
    except ValueError as error:
        raise BadConfig(f"heatmap.flow: {error}.") from error
