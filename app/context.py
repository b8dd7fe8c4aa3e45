"""Creates the components of a running service once, from the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from app import migrations
from app.capacity import Capacities
from app.database import Database
from app.media.rendition_cache import RenditionCache
from app.media.sandbox import Sandbox
from app.media.store import MediaStore, open_store
from app.rendering import Pages, shipped_pages
from app.security.key_set import KeySet
from app.security.key_use import KeyUse
from app.security.limits import GuessLimiter, UploadLimiter
from app.security.openid_provider import Provider
from app.settings import Settings

# Source: docs.prolific.com/api-reference/well-known-endpoints/get-study-jwks, read 2026-11-30.
_PROLIFIC_KEYS = "/.well-known/study/jwks.json"


@dataclass(frozen=True)
class AppContext:
    settings: Settings
    database: Database
    store: MediaStore
    sandbox: Sandbox
    renditions: RenditionCache
    pages: Pages
    guesses: GuessLimiter
    uploads: UploadLimiter
    capacities: Capacities
    key_use: KeyUse
    prolific_keys: KeySet
    openid: Provider | None

    def require_current_schema(self) -> None:
        """Raise SchemaError unless the database has the newest schema.

        Writing to an older or newer schema could lose data.
        """
        found = migrations.status(self.database)
        if found.problem:
            raise migrations.SchemaError(found.problem)


@contextmanager
def open_context(settings: Settings) -> Iterator[AppContext]:
    """Yield the components; when the block ends, stop all processes and close all connections."""
    database = Database.of(settings)
    try:
        with Sandbox(children=settings.sandbox_processes) as sandbox:
            store = open_store(settings.effective_media_url)
            yield AppContext(
                settings=settings,
                database=database,
                store=store,
                sandbox=sandbox,
                renditions=RenditionCache(database, store, sandbox),
                pages=shipped_pages(),
                guesses=GuessLimiter(settings.rate_limit_url, per_minute=settings.failed_keys_per_minute),
                uploads=UploadLimiter(
                    settings.rate_limit_url,
                    parallel=settings.max_parallel_uploads,
                    bytes_per_day=settings.upload_bytes_per_day,
                ),
                capacities=Capacities.for_sandbox(settings.sandbox_processes),
                key_use=KeyUse(),
                prolific_keys=KeySet(settings.prolific_api_url + _PROLIFIC_KEYS),
                openid=Provider.of(settings),
            )
    finally:
        database.close()
