"""Stores media files under keys, in a folder of this machine or in an S3-compatible service."""

from app.media.store.base import (
    CHUNK_BYTES,
    DISK_FULL,
    DISK_FULL_ERRNOS,
    MediaDamaged,
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
    "MediaDamaged",
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
