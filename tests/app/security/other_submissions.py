"""Submissions to compare with the reference: with very different clips, and with the same clips."""

from pathlib import Path

from tests.app.api.conftest import client_of
from tests.app.media.drawing import draw_clip
from tests.cast import MODELS, PAIR_IDS, Cast, make_submission, upload_clip


def unlike_submission(cast: Cast, folder: Path) -> str:
    """Return a final submission whose clips have another size, frame rate, length and encoder."""
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


def twin_submission(cast: Cast) -> str:
    """Return a final submission with the same bytes as the reference, under another model name."""
    return make_submission(cast.context, cast.alice, model="twin", shade=MODELS.index("motif"))
