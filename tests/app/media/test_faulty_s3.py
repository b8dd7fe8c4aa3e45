"""An S3 server that answers slowly or wrongly: clear errors, nothing half stored, and recovery by itself."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from httpx2 import Client
from sqlalchemy import func, select

from app.context import AppContext
from app.media.rendition_cache import RenditionCache
from app.media.store.s3 import S3Store
from app.settings import Settings
from app.tables.submissions import Clip
from tests.acting import assign, refused
from tests.cast import PAIR_IDS, Cast, enter, make_submission, set_the_stage, small_clip
from tests.conftest import serving, settings_for
from tests.faulty_s3 import Fault, FaultyS3
from tests.whole.stack import BUCKET, s3_environment, s3_server


@pytest.fixture
def faulty_s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    with s3_server() as address, FaultyS3(address).running() as proxy:
        for name, value in s3_environment(proxy.address).items():
            monkeypatch.setenv(name, value)
        yield proxy


@pytest.fixture
def s3_cast(
    faulty_s3: FaultyS3, migrated_sqlite: Path, tmp_path: Path, open_one: Callable[[Settings], AppContext]
) -> Cast:
    """The cast on a store that waits two seconds for an answer, and asks once."""
    shutil.copy(migrated_sqlite, tmp_path / "ti2v.sqlite3")
    context = open_one(settings_for(tmp_path, media_url=f"s3://{BUCKET}"))
    store = S3Store(BUCKET, timeout_s=2, attempts=1)
    renditions = RenditionCache(context.database, store, context.sandbox)
    return set_the_stage(replace(context, store=store, renditions=renditions), pairs=1)


def count_clips(context: AppContext) -> int:
    with context.database.read() as session:
        return session.execute(select(func.count()).select_from(Clip)).scalar_one()


def test_every_fault_is_a_clear_error_and_the_server_recovers(s3_cast: Cast, faulty_s3: FaultyS3) -> None:
    context = s3_cast.context
    study = s3_cast.open_study()
    submission = make_submission(
        context, s3_cast.alice, model="motif", label="open", final=False, pair_ids=()
    )
    target = f"/api/v1/submissions/{submission}/clips/{PAIR_IDS[0]}"
    headers = {"Content-Type": "video/mp4", **s3_cast.alice.headers}
    with serving(context) as address, Client(base_url=address, timeout=60) as browser:
        media = assign(enter(browser, study), study)["left_url"]
        whole = browser.get(media)
        assert whole.status_code == 200
        clips = count_clips(context)
        for number, fault in enumerate(Fault):
            clip = small_clip(shade=80 + number)
            with faulty_s3.failing(fault):
                if fault in (Fault.CUT, Fault.HANGS):
                    # The server has sent the status before it knows; the client sees that bytes are missing.
                    with pytest.raises(httpx2.RemoteProtocolError):
                        browser.get(media)
                else:
                    refused(browser.get(media), 503, "unavailable")
                    refused(browser.get("/readyz"), 503, "media_unavailable")
                    refused(browser.put(target, content=clip, headers=headers), 503, "unavailable")
                    assert count_clips(context) == clips
            assert browser.get(media).content == whole.content
            assert browser.get("/readyz").status_code == 200
        assert browser.put(target, content=clip, headers=headers).status_code == 201
