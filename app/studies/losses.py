"""Caches, between requests, the sentences that tell what renditions leave out of a study's clips.

The clips of final submissions never change, so the losses change only with the draft or the protocol. On a
2-core machine, reading the losses of 100 studies, which have 46,000 comparisons together, takes about 150 ms.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app.media.rendition_losses import rendition_losses
from app.panels.sides import matchup_sides
from app.tables.studies import Study, StudyProtocol
from benchmark.protocol import RenditionRecipe

MAX_KEPT = 1000
_Key = tuple[int, datetime, int, int, RenditionRecipe]
_KEPT: WeakKeyDictionary[Engine, OrderedDict[_Key, tuple[str, ...]]] = WeakKeyDictionary()
_LOCK = threading.Lock()


def loss_sentences(session: Session, studies: Sequence[Study]) -> dict[int, tuple[str, ...]]:
    """Return a mapping from study id to sentences on what renditions leave out; see `SideLoss.sentence`."""
    engine: Engine = session.get_bind().engine
    versions = _versions(session, studies)
    keys = {study.id: _key(study, versions) for study in studies}
    with _LOCK:
        kept = _KEPT.setdefault(engine, OrderedDict())
        found = {study_id: kept[key] for study_id, key in keys.items() if key in kept}
    missing = [study for study in studies if study.id not in found]
    read = _read(session, missing) if missing else {}
    with _LOCK:
        for study_id, sentences in read.items():
            kept[keys[study_id]] = sentences
        while len(kept) > MAX_KEPT:
            kept.popitem(last=False)
    return found | read


def _versions(session: Session, studies: Sequence[Study]) -> Mapping[int, int]:
    rows = session.execute(
        select(StudyProtocol.study_id, func.max(StudyProtocol.version))
        .where(StudyProtocol.study_id.in_([study.id for study in studies]))
        .group_by(StudyProtocol.study_id)
    )
    return dict(rows.all())


def _key(study: Study, versions: Mapping[int, int]) -> _Key:
    # SQLite may give a new study the id of a removed study, so the key also contains the study's creation
    # time.
    return study.id, study.created_at, study.revision, versions.get(study.id, 0), study.renditions


def _read(session: Session, studies: Sequence[Study]) -> dict[int, tuple[str, ...]]:
    losses = rendition_losses(session, studies)
    found: dict[int, tuple[str, ...]] = {study.id: () for study in studies}
    for study in studies if losses else ():
        found[study.id] = tuple(
            loss.sentence(sides.name_of(loss.side))
            for sides in matchup_sides(session, study)
            for loss in losses.get(sides.id, ())
        )
    return found
