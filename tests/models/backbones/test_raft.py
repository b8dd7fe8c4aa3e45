"""RAFT with the shapes of the published weights.

The expected numbers equal the results of the authors' network with the same weights. We ran the authors'
code, at VBench's commit 45e79ec, outside this repository with the weights and frames of this file. The
largest difference between two displacements was 1e-4 pixels; displacements were up to 103 pixels.
"""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmark.metrics.vectors import MetricInputError
from models.backbones.base import BackboneMissing
from models.backbones.dtype import Dtype
from models.backbones.raft import RaftBackbone, load_raft
from models.backbones.raft_network import Raft

SIDES = (132, 150)


def weights() -> dict[str, torch.Tensor]:
    """Return weights with the published shapes; the values are the same on every machine."""
    rng = np.random.default_rng(7)
    state = {}
    for name, value in Raft().state_dict().items():
        if name.endswith("running_var"):
            state[name] = torch.ones_like(value)
        elif value.dim() < 2:
            state[name] = torch.zeros_like(value) if value.dim() == 0 else value
        else:
            spread = (1.0 / np.prod(value.shape[1:])) ** 0.5
            state[name] = torch.tensor(rng.normal(0, spread, value.shape), dtype=torch.float32)
    for name in list(state):
        if name.endswith(("bias", "running_mean")):
            state[name] = torch.zeros_like(state[name])
        elif ".norm" in name and name.endswith("weight"):
            state[name] = torch.ones_like(state[name])
    return state


def frames(count: int, sides: tuple[int, int] = SIDES) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    base = rng.integers(0, 256, (sides[0] // 4 + 1, sides[1] // 4 + 1, 3), dtype=np.uint8)
    large = np.repeat(np.repeat(base, 4, 0), 4, 1)[: sides[0], : sides[1]]
    return [np.roll(large, 3 * number, axis=1) for number in range(count)]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file in the authors' format: data-parallel names, and norms that are registered twice."""
    path = tmp_path_factory.mktemp("raft") / "raft-things.pth"
    state = weights()
    twice = {
        name.replace("downsample.1", "norm3"): value
        for name, value in state.items()
        if "downsample.1" in name
    }
    torch.save({f"module.{name}": value for name, value in (state | twice).items()}, path)
    return path


def test_the_flow_equals_that_of_the_authors_network(checkpoint: Path) -> None:
    (flow,) = RaftBackbone(checkpoint, identity="random").flows(frames(2))

    assert flow.shape == (136, 152, 2)
    assert flow[::45, ::50].reshape(-1) == pytest.approx(EXPECTED, abs=0.01)


def test_half_precision_moves_a_flow_by_little(checkpoint: Path) -> None:
    (exact,) = RaftBackbone(checkpoint, identity="random", iterations=2).flows(frames(2))
    half = RaftBackbone(checkpoint, identity="random", iterations=2, dtype=Dtype.BFLOAT16)

    (flow,) = half.flows(frames(2))

    assert flow.dtype == np.float32
    assert 0 < np.abs(flow - exact).max() < 0.05 * np.abs(exact).max()
    assert half.identity == "random 2 iterations bfloat16"


def test_a_frame_is_encoded_once_and_flows_come_one_at_a_time(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = []
    encode = Raft.encode
    monkeypatch.setattr(Raft, "encode", lambda self, image: encoded.append(image) or encode(self, image))
    network = RaftBackbone(checkpoint, identity="random", iterations=1)

    flows = network.flows(frames(4, (128, 128)))

    next(flows)
    assert len(encoded) == 2
    assert len(list(flows)) == 2
    assert len(encoded) == 4


def test_small_frames_are_refused_with_the_size(checkpoint: Path) -> None:
    network = RaftBackbone(checkpoint, identity="random")

    with pytest.raises(MetricInputError, match="at least 128 pixels a side, not 150x100"):
        next(network.flows(frames(2, (100, 150))))


@pytest.mark.parametrize("content", [b"no checkpoint", b""])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.pth").write_bytes(content)

    with pytest.raises(BackboneMissing, match="not a checkpoint of the large RAFT"):
        load_raft(tmp_path / "other.pth")


def test_another_network_is_refused(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(2)}, tmp_path / "other.pth")

    with pytest.raises(BackboneMissing, match=r"raft-things\.pth"):
        load_raft(tmp_path / "other.pth")


EXPECTED = [
    *(-19.4404, 12.3740, -45.4522, 37.8950, -45.4530, 29.2106, -19.0504, 4.6311),
    *(-25.1789, 16.7745, -87.6697, 36.6897, -50.3328, 36.2453, -13.4979, 30.5675),
    *(-25.3937, 22.2549, -97.6560, 39.6774, -60.5642, 22.6947, -3.0995, 15.8653),
    *(1.5714, 5.4749, -7.4723, -18.0222, 1.0156, -11.5890, 4.4387, -7.4196),
]
