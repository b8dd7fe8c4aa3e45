"""Clips that differ from those of the cast in everything: size, frame rate, length, encoder, bytes."""

from pathlib import Path

from tests.app.api.conftest import client_of
from tests.app.media.drawing import draw_clip
from tests.cast import PAIR_IDS, Cast, make_submission, upload_clip


def unlike_submission(cast: Cast, folder: Path) -> str:
    """Return a final submission of large, noisy clips of another size, frame rate and length."""
    public_id = make_submission(
        cast.context, cast.alice, model="cinemo", label="unlike", final=False, pair_ids=()
    )
    for number, pair_id in enumerate(PAIR_IDS):
        clip = draw_clip(
            folder / f"{number}.mp4", width=128, height=96, frames=20, fps=10, encoder={"crf": "1", "g": "1"}
        )
        upload_clip(cast.context, cast.alice, public_id, pair_id, clip.read_bytes())
    alice = client_of(cast.context, cast.alice)
    answer = alice.post(f"/api/v1/submissions/{public_id}/finalise", json={"allow_partial": True})
    assert answer.status_code == 200, answer.text
    return public_id
