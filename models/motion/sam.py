"""Segments by SAM, through transformers: a question for each point of a grid, doubtful and doubled left out.

Source: A. Kirillov et al. (2023), Segment Anything, ICCV, section 5 and appendix B, whose defaults these are.
transformers' own mask generation pipeline does the same but needs torchvision, which stays optional here.
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
    """How a picture is asked for its segments.

    Attributes:
        points_a_side: the grid; 32 x 32 questions in the source, 16 see everything MotiF's maps can show.
        least_iou: the quality SAM must predict for a mask.
        least_stability: intersection over union of the mask cut a little above and a little below.
        most_overlap: of two masks whose intersection over union is larger, the better one stays.
        points_at_once: how many questions share a pass of the decoder.
    """

    points_a_side: int = 16
    least_iou: float = 0.88
    least_stability: float = 0.95
    most_overlap: float = 0.7
    points_at_once: int = 64


DEFAULT_GRID = GridSettings()
_STABILITY_OFFSET = 1.0  # logits above and below the cut


@dataclass(frozen=True, eq=False)
class SamSegmenter:
    """SAM with the processor of its pictures; the protocol of `Segmenter`."""

    network: SamModel
    processor: SamImageProcessorPil
    grid: GridSettings = DEFAULT_GRID

    @torch.no_grad()
    def __call__(self, picture: NDArray[np.uint8]) -> Masks:
        """Return the masks of a (height, width, 3) uint8 RGB picture, the best first."""
        height, width = picture.shape[:2]
        given = self.processor(Image.fromarray(picture), return_tensors="pt").to(self.network.device)
        embedding = self.network.get_image_embeddings(given["pixel_values"])
        inner = tuple(given["reshaped_input_sizes"][0].tolist())
        masks, scores = [], []
        points, at_once = self._points(inner), self.grid.points_at_once
        for first in range(0, len(points), at_once):
            asked = points[first : first + at_once]
            answer = self.network(
                image_embeddings=embedding,
                input_points=asked[None, :, None].to(embedding),
                multimask_output=True,
            )
            kept, quality = self._good(answer.pred_masks[0].flatten(0, 1), answer.iou_scores[0].flatten())
            masks.append(self._enlarged(kept, inner, (height, width)))
            scores.append(quality)
        order = torch.cat(scores).argsort(descending=True, stable=True).cpu().numpy()
        return _without_doubles(np.concatenate(masks)[order], self.grid.most_overlap)

    def _points(self, inner: tuple[int, ...]) -> Tensor:
        """Return the middles of a grid's cells, (points, 2) as (x, y) in pixels of the network's picture."""
        cells = (torch.arange(self.grid.points_a_side) + 0.5) / self.grid.points_a_side
        y, x = torch.meshgrid(cells * inner[0], cells * inner[1], indexing="ij")
        return torch.stack([x, y], dim=-1).reshape(-1, 2)

    def _good(self, logits: Tensor, quality: Tensor) -> tuple[Tensor, Tensor]:
        inside = (logits > _STABILITY_OFFSET).sum(dim=(1, 2))
        outside = (logits > -_STABILITY_OFFSET).sum(dim=(1, 2)).clamp(min=1)
        good = (quality >= self.grid.least_iou) & (inside / outside >= self.grid.least_stability)
        return logits[good], quality[good]

    def _enlarged(self, logits: Tensor, inner: tuple[int, ...], size: tuple[int, int]) -> Masks:
        """Bring masks from the decoder's square to the picture, without the border that made it square."""
        if not len(logits):
            return np.zeros((0, *size), np.bool_)
        side = self.network.config.vision_config.image_size
        square = interpolate(logits[None].float(), (side, side), mode="bilinear")
        cut = square[:, :, : inner[0], : inner[1]]
        masks = interpolate(cut, size, mode="bilinear")[0] > 0
        return masks.cpu().numpy()


def load_sam(
    model: str, revision: str | None = None, *, device: str = "cpu", grid: GridSettings = DEFAULT_GRID
) -> SamSegmenter:
    """Return SAM from the hub or a folder, `facebook/sam-vit-base` for one.

    Only safetensors are read, and no code that comes with a model runs.

    Raises:
        OSError: neither a folder nor a model on the hub that can be reached.
    """
    network = SamModel.from_pretrained(model, revision=revision, use_safetensors=True).eval().to(device)
    return SamSegmenter(network, SamImageProcessorPil.from_pretrained(model, revision=revision), grid)


def _without_doubles(masks: Masks, most_overlap: float) -> Masks:
    """Leave out each mask that nearly is one before it."""
    kept: list[NDArray[np.bool_]] = []
    for mask in masks:
        if all((mask & other).sum() <= most_overlap * (mask | other).sum() for other in kept):
            kept.append(mask)
    return np.stack(kept) if kept else masks[:0]
