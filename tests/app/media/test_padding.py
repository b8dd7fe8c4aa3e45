"""Both renditions are served with equal length, and every range of the padded body is correct."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import RangeNotSatisfiable
from app.media.padding import (
    PADDING_STEP_BYTES,
    ByteRange,
    padded_length,
    padded_range,
    parse_range,
)

SIZES = st.integers(0, 400_000)


class Stored:
    """The bytes of a file, with the interface of a store."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read_range(self, start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, 1000):
            yield self.content[at : min(at + 1000, stop)]


def padded(content: bytes, length: int, start: int = 0, stop: int | None = None) -> bytes:
    stored = Stored(content)
    stop = length if stop is None else stop
    return b"".join(padded_range(stored.read_range, len(content), length, start, stop))


@given(SIZES, SIZES)
def test_both_renditions_get_one_length_with_room_for_a_box(a: int, b: int) -> None:
    length = padded_length(a, b)

    assert length == padded_length(b, a)
    assert length % PADDING_STEP_BYTES == 0
    assert 8 <= length - max(a, b) <= PADDING_STEP_BYTES + 7


def test_a_file_that_fills_its_step_to_the_last_byte_moves_to_the_next_step() -> None:
    # By hand: 65536 - 8 leaves exactly a header; one byte more does not.
    assert padded_length(65_528, 1) == 65_536
    assert padded_length(65_529, 1) == 131_072


def test_the_body_is_the_file_and_then_one_free_box() -> None:
    body = padded(b"film", 20)

    assert body == b"film" + (16).to_bytes(4, "big") + b"free" + bytes(8)


@given(st.data(), st.integers(0, 3000), st.integers(8, 200_000))
def test_every_range_is_a_slice_of_the_whole_body(data: st.DataObject, size: int, box: int) -> None:
    content = bytes(number % 251 for number in range(size))
    whole = padded(content, size + box)
    start = data.draw(st.integers(0, size + box))
    stop = data.draw(st.integers(start, size + box))

    assert padded(content, size + box, start, stop) == whole[start:stop]
    assert len(whole) == size + box


@pytest.mark.parametrize(("start", "stop"), [(0, 262_144), (0, 2), (1000, 262_144), (70_000, 200_001)])
def test_the_sizes_of_chunks_do_not_tell_the_size_of_the_file(start: int, stop: int) -> None:
    def sizes(real_size: int) -> list[int]:
        stored = bytes(real_size)

        def parts(first: int, end: int) -> Iterator[bytes]:
            """Yield the stored file in small parts, as a service such as S3 may send the file."""
            yield from (stored[at : min(end, at + 700)] for at in range(first, end, 700))

        return [len(chunk) for chunk in padded_range(parts, real_size, 262_144, start, stop)]

    assert sizes(964) == sizes(1919) == sizes(200_000)


def test_no_chunk_is_larger_than_64_kib() -> None:
    chunks = padded_range(Stored(b"film").read_range, 4, 300_000, 0, 300_000)

    assert max(len(chunk) for chunk in chunks) == 65_536


@pytest.mark.parametrize(("size", "length"), [(100, 100), (100, 107), (0, 2**32)])
def test_a_box_that_does_not_fit_is_a_programming_error(size: int, length: int) -> None:
    with pytest.raises(ValueError, match="no room"):
        padded_range(Stored(b"").read_range, size, length, 0, 1)


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (6, 5), (0, 21)])
def test_a_range_outside_the_body_is_a_programming_error(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="exceeds the 20 bytes"):
        padded_range(Stored(b"film").read_range, 4, 20, start, stop)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=0-", ByteRange(0, 100)),
        ("bytes=90-1000", ByteRange(90, 100)),
        ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-1000", ByteRange(0, 100)),
        ("Bytes= 5-9 ", ByteRange(5, 10)),
    ],
)
def test_a_single_range_is_read(header: str, expected: ByteRange) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=a-b",
        "bytes=٣-٥",
        "0-1",
    ],
)
def test_anything_but_one_range_means_the_whole_body(header: str | None) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9223372036854775807-"])
def test_a_range_without_a_byte_inside_is_refused(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        parse_range(header, 100)

    assert refused.value.length == 100


@given(st.text(max_size=60), st.integers(0, 2**40))
def test_no_header_breaks_the_reader(header: str, length: int) -> None:
    try:
        asked = parse_range("bytes=" + header, length)
    except RangeNotSatisfiable:
        return

    assert asked is None or 0 <= asked.start < asked.stop <= length
