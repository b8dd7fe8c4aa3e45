"""Heatmaps of segments, and SAM at toy size with random weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import SamConfig, SamModel
from transformers.models.sam import SamImageProcessorPil

from models.motion.flow import Flow
from models.motion.sam import GridSettings, SamSegmenter, load_sam
from models.motion.segments import Masks, SegmentSelection, segment_heatmap
from models.motion.settings import FlowUnit, HeatmapSettings

SIDE = 64
SETTINGS = HeatmapSettings(unit=FlowUnit.FRAC_SIDE)
ANY_MASK = GridSettings(points_per_side=2, pred_iou_thresh=-9.0, stability_score_thresh=0.0)


def three_segments() -> Masks:
    """Return a small, a large and an overlapping static segment."""
    masks = np.zeros((3, 20, 20), np.bool_)
    masks[0, 2:5, 2:5] = True
    masks[1, 8:16, 8:16] = True
    masks[2, 4:8, 12:20] = True
    return masks


def moving_two() -> Flow:
    """Return flow of two steps: the first segment moves in both steps, the second segment in one step."""
    flow = np.zeros((2, 20, 20, 2), np.float32)
    flow[:, 2:5, 2:5, 0] = 2.0
    flow[0, 8:16, 8:16, 1] = 3.0
    return flow


@pytest.mark.parametrize(
    ("selection", "values"),
    [
        (SegmentSelection.FLOW, (1, 1, 0)),
        (SegmentSelection.ALL, (1, 1, 1)),
        (SegmentSelection.LARGEST, (0, 1, 0)),
    ],
)
def test_selected_segments_are_1_in_every_frame(selection: SegmentSelection, values: tuple[int, ...]) -> None:
    heatmap = segment_heatmap(moving_two(), three_segments(), SETTINGS, selection)

    assert heatmap.shape == (3, 20, 20)
    assert heatmap.dtype == np.float32
    for frame in heatmap:
        assert (frame[3, 3], frame[12, 12], frame[6, 18]) == values
        assert frame[19, 0] == 0


def test_a_segment_with_mean_flow_below_the_threshold_is_0() -> None:
    flow = moving_two()
    flow[:, 2:5, 2:5] *= 0.4

    assert segment_heatmap(flow, three_segments(), SETTINGS)[0, 3, 3] == 0


def test_without_segments_the_heatmap_is_0() -> None:
    assert segment_heatmap(moving_two(), three_segments()[:0], SETTINGS).max() == 0


def test_the_inverse_is_1_outside_the_segments() -> None:
    settings = SETTINGS.model_copy(update={"inverse": True})

    heatmap = segment_heatmap(moving_two(), three_segments(), settings)

    assert (heatmap[0, 3, 3], heatmap[0, 19, 0]) == (0, 1)


def test_masks_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"masks must have the size of the flow, \(segments, 20, 20\)"):
        segment_heatmap(moving_two(), np.zeros((1, 10, 10), np.bool_))


@pytest.fixture(scope="module")
def sam_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SAM with 20,000 random weights, saved in the layout of the published model."""
    folder = tmp_path_factory.mktemp("sam")
    torch.manual_seed(1)
    SamModel(toy_sam()).save_pretrained(folder)
    square = {"height": SIDE, "width": SIDE}
    SamImageProcessorPil(
        size={"longest_edge": SIDE}, pad_size=square, mask_size={"longest_edge": SIDE}, mask_pad_size=square
    ).save_pretrained(folder)
    return folder


def toy_sam() -> SamConfig:
    return SamConfig(
        vision_config={
            "hidden_size": 16,
            "output_channels": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "image_size": SIDE,
            "patch_size": 16,
            "window_size": 2,
            "global_attn_indexes": [0],
            "num_pos_feats": 8,
            "mlp_dim": 16,
        },
        prompt_encoder_config={
            "hidden_size": 16,
            "image_size": SIDE,
            "patch_size": 16,
            "mask_input_channels": 4,
        },
        mask_decoder_config={
            "hidden_size": 16,
            "mlp_dim": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "iou_head_hidden_dim": 16,
        },
    )


def random_image(height: int = 48, width: int = 80) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), np.uint8)


def test_the_masks_of_sam_have_the_size_of_the_image(sam_folder: Path) -> None:
    masks = load_sam(str(sam_folder), grid=ANY_MASK)(random_image())

    assert masks.dtype == np.bool_
    assert masks.shape[1:] == (48, 80)
    assert 1 <= len(masks) <= 2 * 2 * 3


def test_duplicate_masks_are_suppressed(sam_folder: Path) -> None:
    masks = load_sam(str(sam_folder), grid=ANY_MASK)(random_image())

    overlaps = [
        (one & other).sum() / max((one | other).sum(), 1)
        for number, one in enumerate(masks)
        for other in masks[:number]
    ]
    assert max(overlaps, default=0) <= ANY_MASK.nms_thresh


def test_masks_of_low_predicted_quality_are_dropped(sam_folder: Path) -> None:
    strict = load_sam(str(sam_folder), grid=GridSettings(points_per_side=2, pred_iou_thresh=9.0))

    assert strict(random_image()).shape == (0, 48, 80)


def test_the_masks_of_sam_become_a_heatmap(sam_folder: Path) -> None:
    segmenter: SamSegmenter = load_sam(str(sam_folder), grid=ANY_MASK)
    masks = segmenter(random_image())

    heatmap = segment_heatmap(np.zeros((1, 48, 80, 2), np.float32), masks, selection=SegmentSelection.ALL)

    assert np.array_equal(heatmap[0] > 0, masks.any(axis=0))
