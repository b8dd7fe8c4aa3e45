"""PUT of a clip with `convert`: the sandbox converts other videos to H.264, and the server records this."""

import hashlib
import io

import pytest
from PIL import Image

from tests.acting import refused
from tests.app.api.conftest import Upload
from tests.cast import small_clip

CONVERT = "?convert=true"


def gif(shade: int = 10) -> bytes:
    """Return an animated GIF of 4 frames of 65x48 pixels, 100 ms each."""
    frames = [Image.new("L", (65, 48), shade + 40 * number) for number in range(4)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def test_a_gif_becomes_a_clip_that_names_its_source(upload: Upload) -> None:
    refused(upload.put(upload.free, gif()), 422, "not_mp4")

    stored = upload.put(f"{upload.free}{CONVERT}", gif())

    assert stored.status_code == 201, stored.text
    clip = stored.json()
    assert (clip["codec"], clip["width"], clip["height"], clip["frames"]) == ("h264", 64, 48, 4)
    assert (clip["fps"], clip["is_static"]) == (10.0, False)
    assert clip["provenance"]["converted"] == {
        "by": "server",
        "source_sha256": hashlib.sha256(gif()).hexdigest(),
        "source_bytes": len(gif()),
        "source_container": "gif",
        "source_codec": "gif",
    }


def test_converting_the_same_file_again_changes_nothing(upload: Upload) -> None:
    path = f"{upload.free}{CONVERT}"
    first = upload.put(path, gif())
    before = upload.traces()

    again = upload.put(path, gif())

    assert (again.status_code, again.json()["sha256"]) == (200, first.json()["sha256"])
    assert upload.traces() == before
    refused(upload.put(path, gif(shade=20)), 409, "clip_exists")
    assert upload.put(f"{path}&replace=true", gif(shade=20)).status_code == 200


def test_a_clip_that_is_accepted_is_stored_unchanged(upload: Upload) -> None:
    clip = small_clip(shade=91)

    stored = upload.put(f"{upload.free}{CONVERT}", clip).json()

    assert stored["sha256"] == hashlib.sha256(clip).hexdigest()
    assert stored["provenance"] is None


@pytest.mark.parametrize(
    "body",
    [b"", b"not a video", b"ffconcat version 1.0\nfile ti2v.sqlite3\n", small_clip(shade=91)[:900]],
)
def test_what_is_no_video_is_refused_and_leaves_no_trace(upload: Upload, body: bytes) -> None:
    before = upload.traces()

    refused(upload.put(f"{upload.free}{CONVERT}", body), 422, "cannot_convert")

    assert upload.traces() == before
