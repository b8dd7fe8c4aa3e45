"""Media files under keys: a folder of this machine, or any S3-compatible service."""

from app.media.store.base import (
    CHUNK_BYTES,
    DISK_FULL,
    DISK_FULL_ERRNOS,
    MediaMissing,
    MediaStore,
    StoreError,
    StoreFull,
    StoreUnavailable,
    checked_key,
    content_key,
    full_disk_as_store_full,
    open_store,
)

__all__ = [
    "CHUNK_BYTES",
    "DISK_FULL",
    "DISK_FULL_ERRNOS",
    "MediaMissing",
    "MediaStore",
    "StoreError",
    "StoreFull",
    "StoreUnavailable",
    "checked_key",
    "content_key",
    "full_disk_as_store_full",
    "open_store",
]
