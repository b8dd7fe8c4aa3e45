"""Computes the scores of the suites `animate-bench` and `aigcbench` from CLIP features."""

from collections.abc import Mapping
from typing import Protocol

from benchmark.metrics.clip_similarity import adjacent_similarity, clip_similarity
from benchmark.metrics.first_frame import first_frame_mse, first_frame_ssim
from models.backbones.base import ImageEncoder, TextEncoder
from models.metrics.animate_bench_settings import AnimateBenchSettings
from models.metrics.clip_input import ClipInput
from models.metrics.feature_cache import FeatureCache
from models.metrics.motion_scores import covering


class ImageTextEncoder(ImageEncoder, TextEncoder, Protocol):
    """A network that encodes images and texts into the same embedding space."""


def animate_bench_scores(
    clip: ClipInput, encoder: ImageTextEncoder, cache: FeatureCache, settings: AnimateBenchSettings
) -> Mapping[str, float]:
    """Return image and text similarity; each is given as a cosine and as 2.5 * max(cosine, 0).

    Raises MetricInputError or UnreadableVideo for an unsuitable clip.
    """
    frames = settings.select(cache.clip_features(clip, encoder))
    image = clip_similarity(cache.image_features(clip, encoder), frames)
    prompt = settings.prompt_prefix + clip.prompt
    text = clip_similarity(encoder.encode_texts([prompt])[0], frames)
    return {
        "image_cosine": image.cosine,
        "image_clip_score": image.clip_score,
        "text_cosine": text.cosine,
        "text_clip_score": text.clip_score,
    }


def aigcbench_scores(clip: ClipInput, encoder: ImageTextEncoder, cache: FeatureCache) -> Mapping[str, float]:
    """Return two kinds of scores: the fidelity of the first frame, and the CLIP similarities.

    Raises MetricInputError or UnreadableVideo for an unsuitable clip.
    """
    features = cache.clip_features(clip, encoder)
    first = clip.video.frames[0]
    image = covering(clip.image, *first.shape[:2])
    return {
        "first_frame_mse": first_frame_mse(image, first),
        "first_frame_ssim": first_frame_ssim(image, first),
        "image_cosine": clip_similarity(cache.image_features(clip, encoder), features).cosine,
        "text_cosine": clip_similarity(encoder.encode_texts([clip.prompt])[0], features).cosine,
        "adjacent_cosine": adjacent_similarity(features),
    }
