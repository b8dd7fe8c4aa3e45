"""Decides who may read published results without signing in, and derives the secrets of unlisted links.

The owner of a closed study can publish the results: to everybody, or to people who have the unlisted link.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.security.tokens import derived_token
from app.tables.studies import Matchup, Study
from benchmark.protocol import StudyStatus, Visibility


@dataclass(frozen=True)
class Visitor:
    """A browser that is not signed in, and the secrets of the unlisted links that it opened.

    `secrets` are keyed by cookie name (see `link_cookie`).
    """

    secrets: Mapping[str, str]
    signing_key: bytes


def is_published_to(study: Study, visitor: Visitor) -> bool:
    """Return whether a visitor may read a study's results."""
    if study.status is not StudyStatus.CLOSED or study.deletes_at is not None:
        return False
    if study.visibility is Visibility.PUBLIC:
        return True
    return is_link_secret(study, visitor.secrets.get(link_cookie(study), ""), visitor.signing_key)


def is_link_secret(study: Study, secret: str, signing_key: bytes) -> bool:
    """Return whether this is the secret of the study's current unlisted link."""
    return study.results_link is not None and hmac.compare_digest(
        link_secret(study, signing_key).encode(), secret.encode()
    )


def link_secret(study: Study, signing_key: bytes) -> str:
    """Return the secret of the study's unlisted link.

    A new value of the study's column `results_link` changes the secret.
    """
    return derived_token(signing_key, f"results of study {study.id} by link {study.results_link}")


def link_cookie(study: Study) -> str:
    return f"ti2v_results_{study.id}"


def shows_clips(session: Session, submission_ids: Collection[int], visitor: Visitor) -> bool:
    """Return whether a visitor may see clips of these submissions together with the models' names.

    Each submission must be compared by a study that is published to the visitor. No running study may
    compare any of the submissions, because the visitor may be an annotator of that study.
    """
    rows = session.execute(
        select(Study, Matchup.reference_id, Matchup.other_id)
        .join(Matchup, Matchup.study_id == Study.id)
        .where(
            or_(Matchup.reference_id.in_(submission_ids), Matchup.other_id.in_(submission_ids)),
            Study.is_preview.is_(False),
        )
    ).all()
    if any(study.status in (StudyStatus.OPEN, StudyStatus.PAUSED) for study, *_ in rows):
        return False
    published = {side for study, *sides in rows if is_published_to(study, visitor) for side in sides}
    return set(submission_ids) <= published
