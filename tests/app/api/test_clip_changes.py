"""An owner replaces and deletes clips of an open submission; the audit log keeps the digests."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.clock import utc_now
from app.security.identity import create_key
from app.tables.audit import AuditEvent
from app.tables.people import Person
from benchmark.protocol import Scope
from tests.acting import refused
from tests.app.api.conftest import Upload, client_of
from tests.app.jobs.acting import ask, worker_program
from tests.cast import PAIR_IDS, Cast, make_submission, small_clip

OTHER_CLIP = small_clip(shade=92)
OTHER_HEX = hashlib.sha256(OTHER_CLIP).hexdigest()
TAKEN_HEX = hashlib.sha256(small_clip(shade=0)).hexdigest()  # what `open_upload` hands in


def replace(upload: Upload, pair_id: str, body: bytes, client: TestClient | None = None) -> Response:
    address = f"/api/v1/submissions/{upload.submission_id}/clips/{pair_id}"
    return (client or upload.client).put(address, params={"replace": "true"}, content=body)


def delete(upload: Upload, pair_id: str, client: TestClient | None = None) -> Response:
    address = f"/api/v1/submissions/{upload.submission_id}/clips/{pair_id}"
    return (client or upload.client).delete(address)


def digests(upload: Upload) -> Mapping[str, str]:
    clips = upload.client.get(f"/api/v1/submissions/{upload.submission_id}/clips").json()["clips"]
    return {clip["pair_id"]: clip["sha256"] for clip in clips}


def changes(upload: Upload) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the action, actor and details of each audit entry about the submission's clips."""
    is_of_clip = (AuditEvent.subject == upload.submission_id) & AuditEvent.action.startswith("clip.")
    query = select(AuditEvent).where(is_of_clip).order_by(AuditEvent.id)
    with upload.context.database.read() as session:
        return [(event.action, event.actor, event.details) for event in session.scalars(query)]


def stored(upload: Upload, sha256: str) -> bool:
    return any(sha256 in name for name in upload.traces()[0])


def test_other_bytes_replace_a_clip_and_the_old_bytes_are_deleted(upload: Upload) -> None:
    # The cast's submissions share their bytes; no other submission has the bytes of this clip.
    replace(upload, upload.taken, small_clip(shade=112))
    old = digests(upload)[upload.taken]

    answer = replace(upload, upload.taken, OTHER_CLIP)

    assert (answer.status_code, answer.json()["sha256"]) == (200, OTHER_HEX)
    assert digests(upload) == {upload.taken: OTHER_HEX}
    assert stored(upload, OTHER_HEX)
    assert not stored(upload, old)


def test_a_replacement_is_in_the_audit_list_with_both_digests(upload: Upload) -> None:
    replace(upload, upload.taken, OTHER_CLIP)

    details = {"pair": upload.taken, "seed": 0, "sha256": TAKEN_HEX, "new_sha256": OTHER_HEX}
    assert changes(upload) == [("clip.replace", "alice", details)]


def test_the_same_bytes_replace_nothing(upload: Upload) -> None:
    before = upload.traces()

    assert replace(upload, upload.taken, small_clip(shade=0)).status_code == 200

    assert upload.traces() == before
    assert changes(upload) == []


def test_a_replacement_of_nothing_is_a_new_clip(upload: Upload) -> None:
    assert replace(upload, upload.free, OTHER_CLIP).status_code == 201

    assert changes(upload) == []


def test_bytes_that_another_clip_has_too_stay(upload: Upload) -> None:
    upload.put(upload.free, OTHER_CLIP)
    replace(upload, upload.taken, OTHER_CLIP)

    delete(upload, upload.taken)

    assert digests(upload) == {upload.free: OTHER_HEX}
    assert stored(upload, OTHER_HEX)


def test_a_file_that_is_no_clip_replaces_nothing(upload: Upload) -> None:
    before = upload.traces()

    refused(replace(upload, upload.taken, b"<html>not a clip</html>"), 422, "not_mp4")

    assert upload.traces() == before
    assert digests(upload) == {upload.taken: TAKEN_HEX}


def test_a_deleted_clip_is_missing_again(upload: Upload) -> None:
    answer = delete(upload, upload.taken)

    assert (answer.status_code, answer.content) == (204, b"")
    assert digests(upload) == {}
    detail = upload.client.get(f"/api/v1/submissions/{upload.submission_id}").json()
    assert upload.taken in detail["missing"]
    assert changes(upload) == [
        ("clip.delete", "alice", {"pair": upload.taken, "seed": 0, "sha256": TAKEN_HEX})
    ]


def test_a_clip_that_is_not_there_cannot_be_deleted(upload: Upload) -> None:
    refused(delete(upload, upload.free), 404, "unknown_clip")
    refused(delete(upload, "no_such_pair"), 404, "unknown_clip")

    assert changes(upload) == []


@pytest.mark.parametrize("change", [replace, delete])
def test_a_final_submission_never_changes(cast: Cast, change: Any) -> None:
    final = make_submission(cast.context, cast.alice, model="motif", label="done", pair_ids=PAIR_IDS[:1])
    upload = Upload(client_of(cast.context, cast.alice), cast.context, final)
    before = upload.traces()
    more = (OTHER_CLIP,) if change is replace else ()

    refused(change(upload, upload.taken, *more), 409, "submission_not_open")

    assert upload.traces() == before
    assert changes(upload) == []


def test_somebody_elses_clips_do_not_exist(upload: Upload, cast: Cast) -> None:
    bob = client_of(cast.context, cast.bob)

    refused(replace(upload, upload.taken, OTHER_CLIP, bob), 404, "not_found")
    refused(delete(upload, upload.taken, bob), 404, "not_found")

    assert digests(upload) == {upload.taken: TAKEN_HEX}


def test_a_key_that_only_reads_deletes_nothing(upload: Upload, cast: Cast) -> None:
    with cast.context.database.write() as session:
        alice = session.get_one(Person, cast.alice.principal.person_id)
        key = create_key(session, person=alice, now=utc_now(), scopes=frozenset({Scope.READ}))
    reader = client_of(cast.context)
    reader.headers["Authorization"] = f"Bearer {key}"

    refused(delete(upload, upload.taken, reader), 403, "missing_scope")

    assert digests(upload) == {upload.taken: TAKEN_HEX}


def test_a_worker_replaces_nothing(cast: Cast, alice: TestClient) -> None:
    ask(alice, pairs=[PAIR_IDS[0]])
    worker = worker_program(cast.context)
    (job,) = worker.claim()
    address = f"/api/v1/submissions/{job['submission']}/clips/{job['pair_id']}?replace=true"
    held = {"Ti2v-Job": job["id"], "Ti2v-Attempt": str(job["attempt"])}

    refused(worker.client.put(address, content=OTHER_CLIP, headers=held), 422, "invalid")


def test_a_deleted_generated_clip_can_be_requested_again(cast: Cast, alice: TestClient) -> None:
    asked = ask(alice, pairs=list(PAIR_IDS[:2]))
    worker = worker_program(cast.context)
    (job,) = worker.claim()
    worker.finish(job)
    submission = asked["submissions"][0]["id"]

    assert alice.delete(f"/api/v1/submissions/{submission}/clips/{job['pair_id']}").status_code == 204

    assert ask(alice, pairs=[job["pair_id"]])["jobs"] == 1
