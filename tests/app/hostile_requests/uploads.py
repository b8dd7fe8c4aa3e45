"""Uploads that are not a clip or a benchmark, wrong digests, and forms that try to confuse a parser."""

import io
import stat
import zipfile

from tests.app.hostile_requests.case import Case, Header
from tests.cast import small_clip
from tests.mp4_edits import box, overwrite_in_box

CLIP = small_clip(shade=77)
CLIP_PATH = "/api/v1/submissions/{submission}/clips/{pair}"
FORM = b"application/x-www-form-urlencoded"
_TRACK = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
FILES = {
    "nothing": b"",
    "a letter": b"a",
    "zeros": bytes(10_000),
    "a text": b"hello, this is no clip" * 100,
    "a playlist of a file": _PLAYLIST,
    "a playlist of an address": _PLAYLIST.replace(b"file:///etc/passwd", b"http://169.254.169.254/"),
    "a list of files": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "SDP": b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "HTML": b"<script>alert(1)</script>",
    "a program": b"\x7fELF" + bytes(1000),
    "a ZIP": b"PK\x03\x04" + bytes(100),
    "Matroska": b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska" + bytes(100),
    "AVI": b"RIFF\x00\x10\x00\x00AVI LIST" + bytes(100),
    "only ftyp": box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2"),
    "half a clip": CLIP[: len(CLIP) // 2],
    "a clip without its last byte": CLIP[:-1],
    "a clip without its beginning": CLIP[40:],
    "no moov": CLIP[: CLIP.index(b"moov") - 4],
    "moov without tracks": box(b"ftyp", b"isom\x00\x00\x02\x00isom") + box(b"moov", b""),
    "a box of 4 GiB": CLIP[:32] + b"\xff\xff\xff\xff" + CLIP[36:],
    "a box of 8 EiB": box(b"ftyp", b"isom\x00\x00\x02\x00isom")
    + b"\x00\x00\x00\x01moov"
    + b"\x7f"
    + b"\xff" * 7,
    "a box of no size": box(b"ftyp", b"isom\x00\x00\x02\x00isom") + b"\x00\x00\x00\x01mdat" + bytes(8),
    "boxes in boxes, 500 deep": b"".join(
        (8 * (500 - depth)).to_bytes(4, "big") + b"moov" for depth in range(500)
    ),
    "4 billion samples": overwrite_in_box(CLIP, (*_TRACK, b"stsz"), 8, b"\xff\xff\xff\xff"),
    "a sample behind the end": overwrite_in_box(CLIP, (*_TRACK, b"stco"), 8, b"\x7f\xff\xff\xff"),
    "an unknown codec": CLIP.replace(b"avc1", b"evil"),
}
# The codes of the answers; all other files are no MP4.
CODES = {
    "nothing": "empty",
    "only ftyp": "truncated",
    "half a clip": "truncated",
    "a clip without its last byte": "truncated",
    "no moov": "truncated",
    "moov without tracks": "no_video",
    "a box of 4 GiB": "truncated",
    "a box of 8 EiB": "truncated",
    "a box of no size": "truncated",
    "4 billion samples": "undecodable",
    "a sample behind the end": "too_short",
    "an unknown codec": "undecodable",
}
DIGESTS: tuple[tuple[Header, str], ...] = (
    (("X-Content-Sha256", b"0" * 64), "wrong_digest"),
    (("X-Content-Sha256", b"0" * 63), "bad_digest"),
    (("X-Content-Sha256", b"\xff"), "bad_digest"),
    (("Content-Digest", b"sha-256=:AAAA:"), "bad_digest"),
    (("Content-Digest", b"md5=:AAAA:"), "bad_digest"),
    (("Ti2v-Provenance", b"!!!"), "bad_provenance"),
    (("Ti2v-Provenance", b"bnVsbA=="), "bad_provenance"),
    (("Ti2v-Provenance", b"TmFO"), "bad_provenance"),
    (("Ti2v-Provenance", b"eyJhIjoiXHVkODAwIn0="), "bad_provenance"),
    (("Ti2v-Provenance", b"W" * 6000), "bad_provenance"),
)
TARGETS = (
    ("/api/v1/submissions/{submission}/clips/..%2f..%2fx", 404, ""),
    ("/api/v1/submissions/{submission}/clips/%00", 422, "invalid_field"),
    ("/api/v1/submissions/{submission}/clips/unknown_pair", 404, "unknown_pair"),
    ("/api/v1/submissions/{submission}/clips/" + "a" * 2000, 422, "invalid_field"),
    ("/api/v1/submissions/0000000000000000/clips/{pair}", 404, "not_found"),
    (CLIP_PATH + "?seed=-1", 422, "invalid_field"),
    (CLIP_PATH + "?seed=" + "9" * 30, 422, "invalid_field"),
    (CLIP_PATH + "?replace=maybe", 422, "invalid_field"),
    (CLIP_PATH + "?path=/etc/passwd", 422, "unknown_parameter"),
)


def _zip(name: str, content: bytes = b"image,prompt\n", *, mode: int = 0, method: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content, compress_type=method)
    return packed.getvalue()


# These are stored and unpacked by a background task, which must fail.
ARCHIVES = {
    "a path to the parent": _zip("../prompt.csv"),
    "a path from the root": _zip("/etc/prompt.csv"),
    "a path with backslashes": _zip("..\\prompt.csv"),
    "a drive": _zip("C:/prompt.csv"),
    "a line break in a name": _zip("a\nprompt.csv"),
    "a link": _zip("prompt.csv", b"/etc/passwd", mode=stat.S_IFLNK | 0o777),
    "a device": _zip("prompt.csv", b"", mode=stat.S_IFCHR | 0o666),
    "bzip2": _zip("prompt.csv", b"x" * 1000, method=zipfile.ZIP_BZIP2),
    "no table": _zip("picture.png", b"\x89PNG"),
    "a table without rows": _zip("prompt.csv"),
    "a table of other images": _zip("prompt.csv", b"image,prompt\n../../etc/passwd,it moves\n"),
    "a table of bytes": _zip("prompt.csv", bytes(range(256))),
    "an end that is cut off": _zip("prompt.csv")[:-10],
    "only the beginning": b"PK\x03\x04" + bytes(26),
}
_PART = b'--x\r\nContent-Disposition: form-data; name="choice"\r\n\r\nleft\r\n'
_PARTS = b"multipart/form-data; boundary=x"
_FILE = (
    b'--x\r\nContent-Disposition: form-data; name="token"; filename="../../etc/passwd"\r\n\r\na\r\n--x--\r\n'
)
FORMS = {
    "no boundary": (b"multipart/form-data", _PART + b"--x--\r\n", 400, "bad_request"),
    "another boundary": (b"multipart/form-data; boundary=y", _PART + b"--x--\r\n", 400, "bad_request"),
    "no end": (_PARTS, _PART, 422, "invalid_field"),
    "no name": (_PARTS, b"--x\r\n\r\nleft\r\n--x--\r\n", 400, "bad_request"),
    "5,000 parts": (_PARTS, _PART * 5000 + b"--x--\r\n", 400, "bad_request"),
    "a file in the place of a text": (_PARTS, _FILE, 422, "invalid_field"),
    "5,000 fields": (FORM, b"choice=left&" * 5000, 400, "bad_request"),
    "invalid UTF-8": (FORM, b"token=%ff&choice=%ff", 422, "invalid_field"),
    "a NUL": (FORM, b"token=%00&choice=left", 422, "invalid_field"),
    "JSON": (b"application/json", b'{"choice": "left"}', 422, "invalid_field"),
    "an unknown charset": (_PARTS + b"; charset=evil", _PART + b"--x--\r\n", 422, "invalid_field"),
}

CASES: tuple[Case, ...] = (
    *(
        Case(f"a clip: {what}", "alice", "PUT", CLIP_PATH, 422, CODES.get(what, "not_mp4"),
             (("Content-Type", b"video/mp4"),), body)
        for what, body in FILES.items()
    ),
    *(
        Case(f"{header[0]}: {header[1][:20]!r}", "alice", "PUT", CLIP_PATH, 422, error, (header,), CLIP)
        for header, error in DIGESTS
    ),
    *(Case("a target", "alice", "PUT", path, status, error, (), CLIP) for path, status, error in TARGETS),
    Case("a clip of another person", "charlie", "PUT", CLIP_PATH, 404, "not_found", (), CLIP),
    Case("a clip without a job", "worker", "PUT", CLIP_PATH, 403, "missing_scope", (), CLIP),
    Case("a clip without a key", "visitor", "PUT", CLIP_PATH, 401, "not_signed_in", (), CLIP),
    Case("a benchmark that is no ZIP", "alice", "POST", "/api/v1/benchmarks?slug=evil", 422, "not_zip",
         (("Content-Type", b"application/zip"),), b"no ZIP"),
    Case("a benchmark as text", "alice", "POST", "/api/v1/benchmarks?slug=evil", 415, "wrong_media_type",
         (("Content-Type", b"text/plain"),), ARCHIVES["a link"]),
    Case("a benchmark with a hostile slug", "alice", "POST", "/api/v1/benchmarks?slug=..%2fevil", 422,
         "invalid_field", (("Content-Type", b"application/zip"),), ARCHIVES["a link"]),
    *(
        Case(f"a hub address: {address}", "alice", "POST", "/api/v1/benchmarks", 422, "",
             (("Content-Type", b"application/json"),), f'{{"slug": "evil", "source": "{address}"}}'.encode())
        for address in ("file:///etc/passwd", "http://169.254.169.254/", "hf://../../x", "hf://a", "")
    ),
    *(
        Case(f"a form: {what}", "annotator", "POST", "/studies/{study}/vote", status, error,
             (("Content-Type", content_type),), body)
        for what, (content_type, body, status, error) in FORMS.items()
    ),
)  # fmt: skip
TASK_CASES: tuple[Case, ...] = tuple(
    Case(f"a benchmark: {what}", "alice", "POST", "/api/v1/benchmarks?slug=evil", 202, "",
         (("Content-Type", b"application/zip"),), body)
    for what, body in ARCHIVES.items()
)  # fmt: skip
