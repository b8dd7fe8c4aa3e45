"""Parameter sets are rewritten without the fields that can contain a hidden message."""

from dataclasses import dataclass

import pytest

from app.media.sandbox.bits import BitWriter, RbspError, escaped
from app.media.sandbox.parameter_sets import Colours, rewritten_pps, rewritten_sps

COLOURS = Colours()


@dataclass(frozen=True)
class Vui:
    """Fields of an SPS that a decoder of an MP4 file does not need."""

    sar: tuple[int, int] = (1, 1)
    overscan: int = 0
    video_format: int = 5
    ticks: tuple[int, int] = (1, 16)
    buffers: tuple[tuple[int, int], ...] = ((0, 0),)
    buffer_scale: int = 0
    lengths: int = 0
    low_delay: int = 0
    pic_struct: int = 0


def sps(vui: Vui = Vui(), *, constraints: int = 0, behind: int | None = None) -> bytes:
    """Return an SPS of 64x64 pixels in High profile; `behind` holds 16 bits after the last field."""
    out = BitWriter()
    for number in (100, constraints, 10):
        out.u(8, number)
    for number in (0, 1, 0, 0):  # id, 4:2:0, 8 bits, 8 bits
        out.ue(number)
    out.u(2, 0)
    for number in (0, 2, 1):  # frame numbers, picture order, references
        out.ue(number)
    out.u(1, 0)
    out.ue(3)
    out.ue(3)
    for bit in (1, 1, 0, 1):  # frames, direct 8x8, no crop, VUI
        out.u(1, bit)
    _write(vui, out)
    if behind is not None:
        out.u(16, behind)
    return b"\x67" + escaped(out.rbsp())


def _write(vui: Vui, out: BitWriter) -> None:
    out.u(1, 1)
    out.u(8, 255)
    for number in vui.sar:
        out.u(16, number)
    out.u(2, 2 + vui.overscan)
    out.u(1, 1)
    out.u(3, vui.video_format)
    out.u(2, 0)  # limited range, no colours
    out.u(1, 0)  # no chroma location
    out.u(1, 1)
    for number in vui.ticks:
        out.u(32, number)
    out.u(1, 1)
    for _ in range(2):
        out.u(1, 1)
        out.ue(len(vui.buffers) - 1)
        out.u(8, vui.buffer_scale)
        for rate, size in vui.buffers:
            out.ue(rate)
            out.ue(size)
            out.u(1, 0)
        out.u(20, vui.lengths)
    out.u(1, vui.low_delay)
    out.u(1, vui.pic_struct)
    out.u(1, 0)  # no restriction


@pytest.mark.parametrize(
    "vui",
    [
        Vui(sar=(0x7365, 0x6372)),
        Vui(overscan=1),
        Vui(video_format=2),
        Vui(ticks=(0x73656372, 0x65742121)),
        Vui(buffers=((0x7365, 0x6372), (0x6574, 0x21))),
        Vui(buffer_scale=0x73),
        Vui(lengths=0x73656),
        Vui(low_delay=1),
        Vui(pic_struct=1),
    ],
)
def test_numbers_that_no_decoder_needs_are_dropped(vui: Vui) -> None:
    assert sps(vui) != sps()
    assert rewritten_sps(sps(vui), COLOURS) == rewritten_sps(sps(), COLOURS)


def test_reserved_bits_are_cleared() -> None:
    assert rewritten_sps(sps(constraints=3), COLOURS) == rewritten_sps(sps(), COLOURS)


def test_bits_behind_the_last_field_are_refused() -> None:
    with pytest.raises(RbspError, match="bits follow the last field"):
        rewritten_sps(sps(behind=0x7365), COLOURS)
    with pytest.raises(RbspError):
        rewritten_pps(bytes([0x68, 0xEE, 0x3C, 0x80, 0x73]))


def test_writing_again_changes_nothing_more() -> None:
    once = rewritten_sps(sps(Vui(ticks=(7, 9))), COLOURS)

    assert rewritten_sps(once, COLOURS) == once
