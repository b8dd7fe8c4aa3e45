"""Computes the scores of one clip in the dimensions of VBench-I2V with the networks of `models.backbones`.

Each function raises MetricInputError or UnreadableVideo for an unsuitable clip, and NetworkFailed if the
network's process fails.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.metrics.camera_motion import (
    GRID,
    camera_motion,
    predicted_motions,
    requested_camera_motion,
)
from benchmark.metrics.dynamic_degree import MIN_FRAMES, dynamic_degree, pair_motion, sampling_stride
from benchmark.metrics.frame_quality import aesthetic_quality, imaging_quality
from benchmark.metrics.frames import checked_frames
from benchmark.metrics.i2v_consistency import i2v_consistency
from benchmark.metrics.motion_smoothness import motion_smoothness
from benchmark.metrics.temporal_consistency import temporal_consistency
from benchmark.metrics.temporal_flickering import temporal_flickering
from benchmark.metrics.vectors import MetricInputError
from models.backbones.aesthetic_head import AestheticHead
from models.backbones.base import ImageEncoder
from models.backbones.external import AmtBackbone, CoTrackerBackbone, MusiqBackbone
from models.backbones.raft import RaftBackbone
from models.metrics.clip_input import ClipInput
from models.metrics.feature_cache import FeatureCache
from models.metrics.vbench_settings import FlowBorder, InputImage

Image = NDArray[np.uint8]


def i2v_score(
    clip: ClipInput, frames: ImageEncoder, image: ImageEncoder, cache: FeatureCache, crop: InputImage
) -> float:
    """Return the I2V subject or background score: the similarity of the clip to the input image."""
    features = cache.clip_features(clip, frames)
    if crop is InputImage.FULL:
        return i2v_consistency(cache.image_features(clip, image), features)
    height, width = clip.video.frames.shape[1:3]
    cropped = cache.image_features(
        clip, image, variant=f"ratio {width}:{height}", crop=lambda full: cropped_to(full, height, width)
    )
    return i2v_consistency(cropped, features)


def consistency_score(clip: ClipInput, encoder: ImageEncoder, cache: FeatureCache) -> float:
    """Return the subject or background consistency of a clip."""
    return temporal_consistency(cache.clip_features(clip, encoder))


def flickering_score(clip: ClipInput) -> float:
    """Return the temporal flickering score of the decoded frames."""
    return temporal_flickering(clip.video.frames)


def smoothness_score(clip: ClipInput, network: AmtBackbone) -> float:
    """Return the motion smoothness of a clip."""
    frames = checked_frames(clip.video.frames, at_least=3)
    return motion_smoothness(frames, network.interpolate(list(frames[::2])))


def dynamic_score(clip: ClipInput, network: RaftBackbone, border: FlowBorder) -> float:
    """Return 1.0 if the clip moves, else 0.0."""
    video = clip.video
    sampled = video.frames[:: sampling_stride(float(video.fps))]
    if len(sampled) < MIN_FRAMES:
        raise MetricInputError(
            f"Dynamic degree needs at least {MIN_FRAMES} sampled frames, not {len(sampled)}: take a longer "
            "clip."
        )
    height, width = sampled.shape[1:3]
    flows = network.flows(list(sampled))
    if border is FlowBorder.CROPPED:
        motions = [pair_motion(_centre(flow, height, width)) for flow in flows]
    else:
        motions = [pair_motion(flow) for flow in flows]
    return dynamic_degree(motions, height=height, width=width)


def aesthetic_score(
    clip: ClipInput, encoder: ImageEncoder, head: AestheticHead, cache: FeatureCache
) -> float:
    """Return the aesthetic quality of a clip."""
    return aesthetic_quality(head.rate(cache.clip_features(clip, encoder)))


def imaging_score(clip: ClipInput, network: MusiqBackbone) -> float:
    """Return the imaging quality of a clip."""
    return imaging_quality(network.rate(list(clip.video.frames)))


def camera_score(clip: ClipInput, network: CoTrackerBackbone) -> float | None:
    """Return 1.0 if the camera moves as the prompt asks, else 0.0.

    Return None if the prompt asks for no camera motion.
    """
    asked = requested_camera_motion(clip.prompt)
    if asked is None:
        return None
    frames = checked_frames(clip.video.frames, at_least=2)
    tracks = network.tracks(frames, GRID)
    height, width = frames.shape[1:3]
    return camera_motion(asked, predicted_motions(tracks[0], tracks[-1], height=height, width=width))


def cropped_to(image: Image, height: int, width: int) -> Image:
    """Crop the centre of an image to the aspect ratio width:height."""
    rows, columns = image.shape[:2]
    kept_rows = min(rows, max(1, round(columns * height / width)))
    kept_columns = min(columns, max(1, round(rows * width / height)))
    return _centre(image, kept_rows, kept_columns)


def _centre(image: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    top, left = (image.shape[0] - height) // 2, (image.shape[1] - width) // 2
    return image[top : top + height, left : left + width]
