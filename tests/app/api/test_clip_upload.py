"""PUT of a clip: what the server stores and what it refuses; a refused upload changes nothing."""

import base64
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acting import refused
from tests.app.api.conftest import Upload, client_of
from tests.app.media.drawing import draw_blank_clip
from tests.cast import PAIR_IDS, Cast, input_image, make_submission, small_clip


def base64_sha256(clip: bytes) -> str:
    return base64.b64encode(hashlib.sha256(clip).digest()).decode()


CLIP = small_clip(shade=91)
OTHER_CLIP = small_clip(shade=92)
TAKEN_CLIP = small_clip(shade=0)  # what `open_upload` hands in
HEX = hashlib.sha256(CLIP).hexdigest()
TAKEN_HEX = hashlib.sha256(TAKEN_CLIP).hexdigest()
BASE64 = base64_sha256(CLIP)
TAKEN_BASE64 = base64_sha256(TAKEN_CLIP)

NOT_CLIPS = {
    "an empty file": (b"", "empty"),
    "a PNG": (input_image("kite1"), "not_mp4"),
    "a web page": (b"<!doctype html><title>clip</title>", "not_mp4"),
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not_mp4"),
    "a list of other files": (b"ffconcat version 1.0\nfile ti2v.sqlite3\n", "not_mp4"),
    "half an MP4": (CLIP[: len(CLIP) // 2], "truncated"),
    "an MP4 without its last byte": (CLIP[:-1], "truncated"),
}


def test_a_new_clip_is_201_and_the_response_describes_it(upload: Upload) -> None:
    answer = upload.put(upload.free, CLIP, content_type="video/mp4")

    assert answer.status_code == 201
    facts = answer.json()
    assert (facts["pair_id"], facts["sha256"], facts["bytes"]) == (upload.free, HEX, len(CLIP))
    assert (facts["codec"], facts["width"], facts["frames"], facts["fps"]) == ("h264", 64, 8, 8.0)


def test_the_same_bytes_again_are_200_and_change_nothing(upload: Upload) -> None:
    first = upload.put(upload.free, CLIP)
    before = upload.traces()

    again = upload.put(upload.free, CLIP)

    assert (again.status_code, again.content) == (200, first.content)
    assert upload.traces() == before


def test_different_bytes_for_an_existing_clip_are_409(shared_upload: Upload) -> None:
    before = shared_upload.traces()

    refused(shared_upload.put(shared_upload.taken, OTHER_CLIP), 409, "clip_exists")

    assert shared_upload.traces() == before


def test_a_clip_with_too_large_frames_is_refused_without_a_trace(
    shared_upload: Upload, tmp_path: Path
) -> None:
    clip = draw_blank_clip(tmp_path / "clip.mp4", width=8192, height=64)
    before = shared_upload.traces()

    answer = shared_upload.put(shared_upload.free, clip.read_bytes(), content_type="video/mp4")

    refused(answer, 422, "too_large_frame")
    assert shared_upload.traces() == before


@pytest.mark.parametrize("what", NOT_CLIPS)
def test_what_is_no_clip_is_refused_without_a_trace(shared_upload: Upload, what: str) -> None:
    body, code = NOT_CLIPS[what]
    before = shared_upload.traces()

    refused(shared_upload.put(shared_upload.free, body, content_type="video/mp4"), 422, code)

    assert shared_upload.traces() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"content_digest": f"sha-256=:{TAKEN_BASE64}:"},
        {"content_digest": f"sha-512=:AAAA:, sha-256=:{TAKEN_BASE64}:"},
        {"x_content_sha256": TAKEN_HEX},
        {"x_content_sha256": TAKEN_HEX.upper()},
        {"content_digest": f"sha-256=:{TAKEN_BASE64}:", "x_content_sha256": TAKEN_HEX},
    ],
)
def test_a_correct_digest_is_accepted_in_both_headers(shared_upload: Upload, headers: dict[str, str]) -> None:
    assert shared_upload.put(shared_upload.taken, TAKEN_CLIP, **headers).status_code == 200


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_digest": f"sha-256=:{TAKEN_BASE64}:"}, "wrong_digest"),
        ({"x_content_sha256": "0" * 64}, "wrong_digest"),
        ({"content_digest": f"sha-256=:{BASE64}:", "x_content_sha256": "0" * 64}, "bad_digest"),
        ({"content_digest": f"sha-256={BASE64}"}, "bad_digest"),
        ({"content_digest": f"xsha-256=:{BASE64}:"}, "bad_digest"),
        ({"content_digest": "sha-256=:" + "A" * 44 + ":"}, "bad_digest"),
        ({"content_digest": "sha-256=:" + "A=" * 22 + ":"}, "bad_digest"),
        ({"content_digest": "sha-512=:AAAA:"}, "bad_digest"),
        ({"content_digest": ""}, "bad_digest"),
        ({"x_content_sha256": HEX[:-1]}, "bad_digest"),
        ({"x_content_sha256": "g" * 64}, "bad_digest"),
    ],
)
def test_a_digest_that_is_wrong_or_unreadable_is_refused(
    shared_upload: Upload, headers: dict[str, str], code: str
) -> None:
    before = shared_upload.traces()

    refused(shared_upload.put(shared_upload.free, CLIP, **headers), 422, code)

    assert shared_upload.traces() == before


# Each name, and its refusal: not a valid address, or not a pair of this benchmark.
TRICKS = {
    "no_such_pair": (404, "unknown_pair"),
    "%2e%2e": (404, "unknown_pair"),
    "%2e%2e%2f%2e%2e%2fti2v.sqlite3": (404, "not_found"),
    f"{PAIR_IDS[1]}%2F..": (404, "not_found"),
    "%2Fetc%2Fpasswd": (404, "not_found"),
    "..%5C..%5Cti2v.sqlite3": (422, "invalid_field"),
    f"{PAIR_IDS[1]}%00.mp4": (422, "invalid_field"),
    "%0d%0aX-Evil:%201": (422, "invalid_field"),
    f"{PAIR_IDS[1]}.mp4": (404, "unknown_pair"),
    PAIR_IDS[1].upper(): (404, "unknown_pair"),
    "%ff%fe": (404, "unknown_pair"),
    "%E2%80%AE": (404, "unknown_pair"),
    "%20": (404, "unknown_pair"),
    "x" * 400: (404, "unknown_pair"),
    "x" * 401: (422, "invalid_field"),
    "x" * 20_000: (422, "invalid_field"),
}


@pytest.mark.parametrize("name", TRICKS, ids=lambda name: name[:40])
def test_path_tricks_in_a_pair_id_reach_nothing(shared_upload: Upload, name: str) -> None:
    before = shared_upload.traces()

    answer = shared_upload.put(name, CLIP)

    refused(answer, *TRICKS[name])
    assert "evil" not in " ".join(answer.headers).lower()
    assert shared_upload.traces() == before


@pytest.mark.parametrize("name", ["a" * 16, "0" * 15, "..%2f" * 3, "%00" * 16, "0" * 16 + "%0a"])
def test_an_unknown_or_malformed_submission_is_refused(shared_upload: Upload, name: str) -> None:
    answer = shared_upload.client.put(f"/api/v1/submissions/{name}/clips/{PAIR_IDS[0]}", content=CLIP)

    assert answer.status_code in (404, 422)
    refused(answer, answer.status_code, answer.json()["error"])


def test_somebody_elses_submission_does_not_exist(shared_cast: Cast, shared_upload: Upload) -> None:
    bob = client_of(shared_cast.context, shared_cast.bob)
    address = f"/api/v1/submissions/{shared_upload.submission_id}"

    refused(bob.put(f"{address}/clips/{shared_upload.free}", content=CLIP), 404, "not_found")
    refused(bob.get(address), 404, "not_found")
    refused(bob.post(f"{address}/finalise", json={"allow_partial": True}), 404, "not_found")
    refused(bob.post(f"{address}/withdraw", json={"reason": "mine now"}), 404, "not_found")


def test_a_final_submission_accepts_no_clips(shared_cast: Cast, shared_upload: Upload) -> None:
    address = f"/api/v1/submissions/{shared_cast.submission_ids['motif']}/clips/{PAIR_IDS[0]}"

    refused(shared_upload.client.put(address, content=CLIP), 409, "submission_not_open")


def test_a_stranger_is_turned_away(shared_upload: Upload) -> None:
    before = shared_upload.traces()
    stranger = replace(shared_upload, client=client_of(shared_upload.context))

    refused(stranger.put(stranger.free, CLIP), 401, "not_signed_in")

    assert shared_upload.traces() == before


def test_a_name_that_is_no_text_is_refused_on_either_database(either_cast: Cast) -> None:
    client = client_of(either_cast.context, either_cast.alice)
    open_one = make_submission(
        either_cast.context, either_cast.alice, model="motif", label="b", final=False, pair_ids=()
    )
    either = Upload(client, either_cast.context, open_one)

    for name, (status, code) in TRICKS.items():
        refused(either.put(name, CLIP), status, code)


def test_resuming_asks_what_is_missing_and_sends_only_that(upload: Upload) -> None:
    address = f"/api/v1/submissions/{upload.submission_id}"
    before = upload.client.get(address).json()

    for number, pair_id in enumerate(before["missing"]):
        assert upload.put(pair_id, small_clip(shade=100 + number)).status_code == 201
    after = upload.client.get(address).json()

    assert (before["received"], before["missing"]) == (1, list(PAIR_IDS[1:]))
    assert (after["received"], after["missing"], after["status"]) == (6, [], "open")
