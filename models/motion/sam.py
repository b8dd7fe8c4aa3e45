"""Generates masks with SAM: prompts SAM with a grid of points, filters the masks, removes duplicates.

The mask generation pipeline of transformers also prompts SAM with a grid, but needs torchvision, which this
project does not require. Source: A. Kirillov et al. (2023), Segment Anything, ICCV, section 5 and appendix B.
The defaults are the authors' values, except the size of the grid.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate
from transformers import SamModel
from transformers.models.sam import SamImageProcessorPil

from models.motion.segments import Masks


@dataclass(frozen=True)
class GridSettings:
    """Settings of automatic mask generation, with the names of the SAM reference implementation.

    Attributes:
        points_per_side: points per side of the grid of prompts; 32 in the reference implementation. 16 points
            per side are enough for a heatmap at latent size.
        pred_iou_thresh: minimum mask quality (IoU) predicted by SAM, in [0, 1].
        stability_score_thresh: minimum IoU between two masks of the same segment. One mask is computed with a
            slightly higher threshold, the other with a slightly lower threshold.
        nms_thresh: if the IoU of two masks exceeds this value, only the mask with the better predicted
            quality is kept.
        points_per_batch: prompts per forward pass of the decoder.
    """

    points_per_side: int = 16
    pred_iou_thresh: float = 0.88
    stability_score_thresh: float = 0.95
    nms_thresh: float = 0.7
    points_per_batch: int = 64


DEFAULT_GRID = GridSettings()
_STABILITY_OFFSET = 1.0  # the offset, in logits, that is added to and subtracted from the mask threshold


@dataclass(frozen=True, eq=False)
class SamSegmenter:
    """SAM with its image processor, as a `Segmenter`."""

    network: SamModel
    processor: SamImageProcessorPil
    grid: GridSettings = DEFAULT_GRID

    @torch.no_grad()
    def __call__(self, image: NDArray[np.uint8]) -> Masks:
        """Return the masks of an image in descending order of predicted quality.

        Args:
            image: (height, width, 3) uint8 RGB.

        Returns:
            (segments, height, width) bool.
        """
        height, width = image.shape[:2]
        inputs = self.processor(Image.fromarray(image), return_tensors="pt").to(self.network.device)
        embedding = self.network.get_image_embeddings(inputs["pixel_values"])
        resized = tuple(inputs["reshaped_input_sizes"][0].tolist())
        masks, scores = [], []
        for points in torch.split(self._points(resized), self.grid.points_per_batch):
            output = self.network(
                image_embeddings=embedding,
                input_points=points[None, :, None].to(embedding),
                multimask_output=True,
            )
            kept, quality = self._filter(output.pred_masks[0].flatten(0, 1), output.iou_scores[0].flatten())
            masks.append(self._upscale(kept, resized, (height, width)))
            scores.append(quality)
        order = torch.cat(scores).argsort(descending=True, stable=True).cpu().numpy()
        return _non_maximum_suppression(np.concatenate(masks)[order], self.grid.nms_thresh)

    def _points(self, resized: tuple[int, ...]) -> Tensor:
        """Return the centres of the grid cells, (points, 2) float32 as (x, y) in the resized image."""
        cells = (torch.arange(self.grid.points_per_side) + 0.5) / self.grid.points_per_side
        y, x = torch.meshgrid(cells * resized[0], cells * resized[1], indexing="ij")
        return torch.stack([x, y], dim=-1).reshape(-1, 2)

    def _filter(self, logits: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        """Keep masks (n, height, width) with sufficient predicted quality (n,) and stability."""
        smaller = (logits > _STABILITY_OFFSET).sum(dim=(1, 2))
        larger = (logits > -_STABILITY_OFFSET).sum(dim=(1, 2)).clamp(min=1)
        is_stable = smaller / larger >= self.grid.stability_score_thresh
        good = (quality >= self.grid.pred_iou_thresh) & is_stable
        return logits[good], quality[good]

    def _upscale(self, logits: Tensor, resized: tuple[int, ...], size: tuple[int, int]) -> Masks:
        """Remove the padding of the decoder's square masks; resize the masks to the input image's size."""
        if not len(logits):
            return np.zeros((0, *size), np.bool_)
        side = self.network.config.vision_config.image_size
        square = interpolate(logits[None].float(), (side, side), mode="bilinear")
        cropped = square[:, :, : resized[0], : resized[1]]
        masks = interpolate(cropped, size, mode="bilinear")[0] > 0
        return masks.cpu().numpy()


def load_sam(
    model: str, revision: str | None = None, *, device: str = "cpu", grid: GridSettings = DEFAULT_GRID
) -> SamSegmenter:
    """Load SAM from a folder or the Hugging Face hub, for example `facebook/sam-vit-base`.

    Only safetensors files are read; code shipped with a model is never run.

    Raises:
        OSError: the name is neither a folder nor a model on the hub, or the hub is unreachable.
    """
    network = SamModel.from_pretrained(model, revision=revision, use_safetensors=True).eval().to(device)
    return SamSegmenter(network, SamImageProcessorPil.from_pretrained(model, revision=revision), grid)


def _non_maximum_suppression(masks: Masks, nms_thresh: float) -> Masks:
    """Drop each mask that overlaps an earlier mask with an IoU above the threshold."""
    kept: list[NDArray[np.bool_]] = []
    for mask in masks:
        if all((mask & other).sum() <= nms_thresh * (mask | other).sum() for other in kept):
            kept.append(mask)
    return np.stack(kept) if kept else masks[:0]
