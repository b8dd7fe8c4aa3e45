"""Hides a text in every place in which an MP4 file or its video can contain text."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from tests.app.media.drawing import draw_clip, draw_talkative_clip
from tests.mp4_edits import append_to_box, box, overwrite_in_box

STBL = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
SAMPLE_ENTRY = {"h264": b"avc1", "vp9": b"vp09", "av1": b"av01"}
CONFIGURATION = {"h264": b"avcC", "vp9": b"vpcC", "av1": b"av1C"}
# Unit types of H.264 that no picture needs; 6 is supplemental information, 12 filler, 24 to 31 are free.
SPARE_UNITS = (6, 9, 11, 12, 13, 14, 15, 16, 19, 20, 21, 24, 31)

Hide = Callable[[Path, bytes], None]


def places(codec: str) -> dict[str, Hide]:
    """Return a function per place; the function writes a clip of 8 frames with the text in that place."""
    found = {f"{codec} {name}": hide for name, hide in _container_places(codec).items()}
    if codec == "h264":
        found |= {f"h264 {name}": hide for name, hide in _h264_places().items()}
    if codec == "av1":
        found |= {f"av1 {name}": hide for name, hide in _av1_places().items()}
    return found


def _container_places(codec: str) -> dict[str, Hide]:
    entry = (*STBL, b"stsd", SAMPLE_ENTRY[codec])
    inside: list[tuple[bytes, ...]] = [(), *(STBL[:depth] for depth in range(1, 6)), entry]
    found: dict[str, Hide] = {}
    for kind in (b"free", b"skip", b"uuid", b"xxxx"):
        for path in inside:
            name = f"box {kind.decode()} in {(path or (b'file',))[-1].decode()}"
            found[name] = _appending(codec, path, lambda text, kind=kind: box(kind, text))
    found |= {
        "user data of the movie": _appending(codec, (b"moov",), _user_data),
        "user data of the track": _appending(codec, (b"moov", b"trak"), _user_data),
        "colour profile": _appending(codec, entry, lambda text: box(b"colr", b"prof" + text)),
        "sample groups": _appending(codec, STBL, _sample_group),
        "behind the codec's configuration": _appending(codec, (*entry, CONFIGURATION[codec]), bytes),
        "behind the sizes of samples": _appending(codec, (*STBL, b"stsz"), bytes),
        "second sample entry": _appending(
            codec, (*STBL, b"stsd"), lambda text: box(b"text", bytes(8) + text)
        ),
        "data reference": _appending(
            codec,
            (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"),
            lambda text: box(b"url ", bytes(4) + text),
        ),
        "name of the handler": _overwriting(codec, (b"moov", b"trak", b"mdia", b"hdlr"), 24),
        "reserved bytes of the movie": _overwriting(codec, (b"moov", b"mvhd"), 80),
        "reserved bytes of the track": _overwriting(codec, (b"moov", b"trak", b"tkhd"), 24),
        "name of the encoder": _overwriting(codec, entry, 42),
        "brands": _overwriting(codec, (b"ftyp",), 8),
        "gap behind the samples": _behind_the_samples(codec),
        "index at the front": _with_metadata(codec, {"movflags": "+faststart"}),
        "fragments": _with_metadata(codec, {"movflags": "+frag_keyframe+empty_moov"}),
        "sound, subtitles and cover": lambda path, _text: _talk(path, codec),
    }
    return found


def _h264_places() -> dict[str, Hide]:
    found: dict[str, Hide] = {}
    for kind in SPARE_UNITS:
        for side in ("before", "behind"):
            found[f"unit {kind} {side} the slices"] = _in_samples(_extra_unit(kind, side == "before"))
    found |= {
        "behind the last slice": _in_samples(lambda sample, text, _sets: _grown(sample, text)),
        "behind the only slice of the last picture": _in_samples(
            lambda sample, text, _sets: _grown(sample, text), only_last=True
        ),
        "behind the last slice with a stop bit": _in_samples(
            lambda sample, text, _sets: _grown(sample, text[:14] + b"\x80")
        ),
        "short behind the last slice": _in_samples(lambda sample, text, _sets: _grown(sample, text[:10])),
        "behind the last unit": _in_samples(lambda sample, text, _sets: sample + b"\0\0\1" + text[:16]),
        "sequence parameter set in band": _in_samples(
            lambda sample, text, sets: _unit(sets[0] + text) + sample
        ),
        "picture parameter set in band": _in_samples(
            lambda sample, text, sets: _unit(sets[1] + text) + sample
        ),
        "second parameter set in band": _in_samples(
            lambda sample, text, _sets: _unit(b"\x68\x42" + text) + sample
        ),
        "sequence parameter set": _in_configuration(lambda sets, text: (sets[0] + text, sets[1])),
        "picture parameter set": _in_configuration(lambda sets, text: (sets[0], sets[1] + text)),
        "third parameter set": _in_configuration(lambda sets, text: (*sets, b"\x68\x42" + text)),
        "parameter set of another kind": _in_configuration(lambda sets, text: (*sets, b"\x06\x05" + text)),
    }
    return found


def _av1_places() -> dict[str, Hide]:
    def metadata(text: bytes) -> bytes:
        # obu_type 5 with a size: metadata_type 4 (ITU-T T.35), then the text.
        payload = b"\x04\xb5" + text + b"\x80"
        return bytes([5 << 3 | 2, len(payload)]) + payload

    return {
        "metadata unit in the configuration": _appending("av1", (*STBL, b"stsd", b"av01", b"av1C"), metadata),
        "metadata unit in a sample": _in_samples(lambda sample, text, _sets: sample + metadata(text), "av1"),
        "reserved unit in a sample": _in_samples(
            lambda sample, text, _sets: sample + bytes([9 << 3 | 2, len(text)]) + text, "av1"
        ),
    }


_drawn: dict[str, bytes] = {}


def _draw(path: Path, codec: str) -> bytes:
    """Write the clip without a text; the clip is encoded only once."""
    if codec not in _drawn:
        _drawn[codec] = draw_clip(path, frames=8, codec=codec).read_bytes()
    path.write_bytes(_drawn[codec])
    return _drawn[codec]


def _appending(codec: str, path: tuple[bytes, ...], wrap: Callable[[bytes], bytes]) -> Hide:
    def hide(clip: Path, text: bytes) -> None:
        clip.write_bytes(append_to_box(_draw(clip, codec), path, wrap(text)))

    return hide


def _overwriting(codec: str, path: tuple[bytes, ...], offset: int) -> Hide:
    def hide(clip: Path, text: bytes) -> None:
        clip.write_bytes(overwrite_in_box(_draw(clip, codec), path, offset, text[:8]))

    return hide


def _user_data(text: bytes) -> bytes:
    return box(b"udta", box(b"name", text))


def _sample_group(text: bytes) -> bytes:
    return box(b"sgpd", bytes(4) + b"roll" + len(text).to_bytes(4, "big") + bytes([0, 0, 0, 1]) + text)


def _behind_the_samples(codec: str) -> Hide:
    def hide(clip: Path, text: bytes) -> None:
        content = _draw(clip, codec)
        # moov follows mdat, so nothing points behind the grown box.
        clip.write_bytes(append_to_box(content, (b"mdat",), text))

    return hide


def _with_metadata(codec: str, muxer: dict[str, str]) -> Hide:
    def hide(clip: Path, text: bytes) -> None:
        words = {key: text.decode() for key in ("title", "artist", "comment", "description", "encoder")}
        draw_clip(clip, frames=8, codec=codec, metadata=words, muxer=muxer)

    return hide


def _talk(path: Path, codec: str) -> None:
    draw_talkative_clip(path, codec=codec)


Edit = Callable[[bytes, bytes, tuple[bytes, bytes]], bytes]


def _in_samples(edit: Edit, codec: str = "h264", *, only_last: bool = False) -> Hide:
    """Return a function that applies `edit(sample, text, (sps, pps))` to all samples, or to the last."""

    def hide(clip: Path, text: bytes) -> None:
        plain = clip.with_name("plain.mp4")
        _draw(plain, codec)
        sets = _parameter_sets(plain) if codec == "h264" else (b"", b"")
        with av.open(str(plain)) as source, av.open(str(clip), "w", format="mp4") as target:
            video = source.streams.video[0]
            track = target.add_stream_from_template(video, opaque=True)
            packets = [packet for packet in source.demux(video) if packet.size]
            for number, packet in enumerate(packets):
                is_edited = not only_last or number == len(packets) - 1
                content = edit(bytes(packet), text, sets) if is_edited else bytes(packet)
                target.mux(_copied(packet, content, track))

    return hide


def _copied(packet: Any, content: bytes, track: Any) -> Any:
    copy = av.Packet(content)
    copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
    copy.time_base, copy.is_keyframe, copy.stream = Fraction(packet.time_base), packet.is_keyframe, track
    return copy


def _in_configuration(edit: Callable[[tuple[bytes, bytes], bytes], tuple[bytes, ...]]) -> Hide:
    def hide(clip: Path, text: bytes) -> None:
        content = _draw(clip, "h264")
        sps, *pps = edit(_parameter_sets(clip), text)
        start = content.index(b"avcC") + 4
        body = content[start : start + 5] + b"\xe1" + len(sps).to_bytes(2, "big") + sps
        body += bytes([len(pps)]) + b"".join(len(each).to_bytes(2, "big") + each for each in pps)
        size = int.from_bytes(content[start - 8 : start - 4], "big")
        behind = content[start - 8 + size :]
        grown = append_to_box(content, (*STBL, b"stsd", b"avc1"), bytes(8 + len(body) - size))
        clip.write_bytes(grown[: start - 8] + box(b"avcC", body) + behind)

    return hide


def _parameter_sets(clip: Path) -> tuple[bytes, bytes]:
    """Return the SPS and the PPS of a clip that has one SPS and one PPS."""
    content = clip.read_bytes()
    at = content.index(b"avcC") + 4 + 6
    sps_bytes = int.from_bytes(content[at : at + 2], "big")
    sps = content[at + 2 : at + 2 + sps_bytes]
    at += 2 + sps_bytes + 1
    return sps, content[at + 2 : at + 2 + int.from_bytes(content[at : at + 2], "big")]


def _unit(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _extra_unit(kind: int, is_before: bool) -> Edit:
    def edit(sample: bytes, text: bytes, _sets: tuple[bytes, bytes]) -> bytes:
        payload = bytes([5, 16 + len(text)]) + bytes(16) + text + b"\x80" if kind == 6 else text + b"\x80"
        unit = _unit(bytes([kind]) + payload)
        return unit + sample if is_before else sample + unit

    return edit


def _grown(sample: bytes, text: bytes) -> bytes:
    """Append the text to the last NAL unit of a sample."""
    at = 0
    while at + 4 + (size := int.from_bytes(sample[at : at + 4], "big")) < len(sample):
        at += 4 + size
    return sample[:at] + _unit(sample[at + 4 :] + text)
