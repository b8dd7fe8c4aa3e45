"""Receives the file of an import and keeps it in the media store until a task has read it."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from app.capacity import RequestClass
from app.context import AppContext
from app.dependencies import context_of
from app.errors import Invalid, StorageFull, TooLarge, Unavailable
from app.media.store import StoreError, StoreFull
from app.request_body import declared_bytes
from app.security.identity import Principal
from app.submissions.streaming import ReceivedFile, promised_sha256, receive_file, refuse_wrong_digest

log = logging.getLogger("ti2v.imports")
_ZIP_START = b"PK\x03\x04"


@dataclass
class StoredUpload:
    """A received file in the media store. The file is deleted after the request unless `is_kept` is set."""

    key: str
    sha256: str
    is_kept: bool = False


@asynccontextmanager
async def stored_upload(
    request: Request,
    principal: Principal,
    *,
    check: Callable[[ReceivedFile], None],
    body: AsyncIterator[bytes] | None = None,
    max_bytes: int | None = None,
) -> AsyncIterator[StoredUpload]:
    """Store an uploaded file; when the block ends, delete the file unless the block has set `is_kept`.

    Args:
        check: a function that raises an AppError if the received file is not accepted.
        body: the bytes of the file; by default the body of the request.
        max_bytes: the maximum size of this upload, smaller than the middleware's limit.

    Raises:
        TooManyRequests: the person has used up their upload limits.
        TooLarge, StorageFull, Unavailable: the file cannot be stored.
    """
    context = context_of(request)
    declared = declared_bytes(request.headers)
    _refuse_large(declared, max_bytes)
    await run_in_threadpool(context.uploads.require_quota, principal.person_id, declared)
    try:
        upload = await _store(request, principal, check, _limited(body or request.stream(), max_bytes))
    except StoreFull as error:
        raise StorageFull("The disk is full; the file was not stored.") from error
    except StoreError as error:
        log.exception("import not stored")
        raise Unavailable("The file cannot be stored now. Send it again later.") from error
    try:
        yield upload
    finally:
        if not upload.is_kept:
            await run_in_threadpool(_delete, context, upload.key)


async def _store(
    request: Request, principal: Principal, check: Callable[[ReceivedFile], None], body: AsyncIterator[bytes]
) -> StoredUpload:
    context, headers = context_of(request), request.headers
    promised = promised_sha256(headers.getlist("content-digest"), headers.getlist("x-content-sha256"))
    capacity = context.capacities.of(RequestClass.UPLOADS)
    with (
        context.uploads.one_upload(principal.person_id),
        capacity.admit(),
        context.store.private_file() as path,
    ):
        received = await receive_file(body, path)
        context.uploads.count_bytes(principal.person_id, received.bytes)
        refuse_wrong_digest(received, promised)
        check(received)
        key = f"imports/{secrets.token_hex(16)}"
        await capacity.run_admitted(context.store.put, key, path)
    return StoredUpload(key, received.sha256)


async def _limited(body: AsyncIterator[bytes], max_bytes: int | None) -> AsyncIterator[bytes]:
    seen = 0
    async for chunk in body:
        seen += len(chunk)
        _refuse_large(seen, max_bytes)
        yield chunk


def _refuse_large(size: int, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        raise TooLarge(f"The body is larger than {max_bytes:,} bytes, the maximum for this URL.")


def require_zip(received: ReceivedFile) -> None:
    """Refuse a file whose first bytes are not those of a ZIP file."""
    with received.path.open("rb") as file:
        if file.read(len(_ZIP_START)) != _ZIP_START:
            raise Invalid("The sent file is not a ZIP file.", code="not_zip")


def _delete(context: AppContext, key: str) -> None:
    try:
        context.store.delete(key)
    except StoreError:
        log.exception("import not deleted")
