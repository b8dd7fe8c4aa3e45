"""Converts an uploaded video and stores the clip; the clip's provenance records the conversion."""

import hashlib
from typing import Any

from sqlalchemy import select

from app.errors import Invalid
from app.media.conversion import Conversion, convert_clip
from app.media.probe import ClipRejected
from app.security.identity import Principal
from app.submissions.storage import ClipStorage, UploadAuthorization, UploadedClip, UploadTarget
from app.submissions.streaming import ReceivedFile
from app.tables.submissions import Clip

# The key of the record in a clip's provenance.
CONVERTED = "converted"


def save_converted(
    storage: ClipStorage,
    received: ReceivedFile,
    *,
    target: UploadTarget,
    authorization: UploadAuthorization,
    provenance: dict[str, Any] | None = None,
    replace_as: Principal | None = None,
) -> UploadedClip:
    """Convert a received file and store the clip; converting the same bytes again changes nothing.

    If the file already is a valid clip, the server stores the file unchanged.

    Raises:
        Invalid: the file cannot be converted. Other errors: see `ClipStorage.save`.
    """
    stored = _stored(storage, target)
    if stored is not None and source_sha256(stored.provenance) == received.sha256:
        return UploadedClip(stored, is_new=False)
    with storage.store.private_file() as path:
        try:
            conversion = convert_clip(received.path, path, sandbox=storage.sandbox)
        except ClipRejected as rejected:
            raise Invalid(rejected.message, code=rejected.code.value) from rejected
        file = received
        if conversion.is_encoded:
            with path.open("rb") as content:
                sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            file = ReceivedFile(path, sha256, path.stat().st_size)
            provenance = (provenance or {}) | {CONVERTED: _record(conversion, received)}
        return storage.save(
            file, target=target, authorization=authorization, provenance=provenance, replace_as=replace_as
        )


def source_sha256(provenance: dict[str, Any] | None) -> str | None:
    """Return the sha256 of the uploaded file that became a clip; None if the clip was not converted."""
    record = (provenance or {}).get(CONVERTED)
    found = record.get("source_sha256") if isinstance(record, dict) else None
    return found if isinstance(found, str) else None


def _record(conversion: Conversion, received: ReceivedFile) -> dict[str, Any]:
    return {
        "by": "server",
        "source_sha256": received.sha256,
        "source_bytes": received.bytes,
        "source_container": conversion.container,
        "source_codec": conversion.codec,
    }


def _stored(storage: ClipStorage, target: UploadTarget) -> Clip | None:
    if target.stored_sha256 is None:
        return None
    with storage.database.read() as session:
        return session.scalar(
            select(Clip).where(
                Clip.submission_id == target.submission_id,
                Clip.pair_id == target.pair_id,
                Clip.seed == target.seed,
            )
        )
