"""DIS on small and odd frame sizes, in a child process: a crash of native code fails the test, not pytest."""

import subprocess
import sys

import numpy as np
import pytest

from models.motion.flow import DisFlow, DisPreset, create_flow_estimator
from models.motion.frames import BadClip

SIDES = (8, 9, 13, 14, 15, 16, 17, 24, 31, 32, 33, 45, 96, 128, 320)
PROGRAM = """
import sys
import numpy as np
from models.motion.flow import create_flow_estimator

estimator = create_flow_estimator(sys.argv[1])
sides = [int(side) for side in sys.argv[2].split(",")]
rng = np.random.default_rng(1)
for width in sides:
    for height in sides:
        print(f"{width}x{height}", flush=True)
        flow = estimator(rng.integers(0, 256, (3, height, width, 3), np.uint8))
        assert flow.shape == (2, height, width, 2), flow.shape
        assert np.isfinite(flow).all()
"""


@pytest.mark.parametrize("name", [f"dis-{preset}" for preset in DisPreset])
def test_flow_of_every_size_is_finite_and_has_the_size_of_the_frames(name: str) -> None:
    command = [sys.executable, "-c", PROGRAM, name, ",".join(map(str, SIDES))]

    done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    sizes = done.stdout.split()
    assert done.returncode == 0, f"{sizes[-1:]}: exit status {done.returncode}\n{done.stderr[-2000:]}"
    assert len(sizes) == len(SIDES) ** 2 >= 119


@pytest.mark.parametrize("preset", DisPreset)
def test_flow_of_small_frames_has_the_true_displacement(preset: DisPreset) -> None:
    wide = np.random.default_rng(2).integers(0, 256, (20, 120, 3), np.uint8)
    frames = np.stack([wide[:, 20 - 2 * step : 110 - 2 * step] for step in range(2)])

    flow = DisFlow(preset)(frames)

    np.testing.assert_allclose(np.median(flow, axis=(0, 1, 2)), [2.0, 0.0], atol=0.3)


@pytest.mark.parametrize("size", [(8, 7), (7, 320), (1, 1)])
def test_frames_smaller_than_a_patch_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(BadClip, match=r"are too small: DIS needs at least 8 pixels per side\."):
        create_flow_estimator("dis-medium")(np.zeros((2, *size, 3), np.uint8))


def test_frames_with_a_side_over_the_limit_of_opencv_are_refused() -> None:
    with pytest.raises(BadClip, match=r"are too large: DIS supports up to 32766 pixels per side\."):
        create_flow_estimator("dis-medium")(np.zeros((2, 8, 32_767, 3), np.uint8))
