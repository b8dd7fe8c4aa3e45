"""What the commands about annotators do on this machine's database, with the answers of the REST API."""

from collections.abc import Mapping
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.annotators.audit import Changed, Decision
from app.annotators.service import find_annotator
from app.api.v1.annotators import annotator_answers, changed_answer, exclude_as_asked, reinstate_as_asked
from app.cli.http import JsonObject
from app.cli.local import OPERATOR, open_database, open_settings, operator
from app.clock import utc_now
from app.errors import Invalid
from app.security.identity import Principal
from app.security.visibility import find_study
from app.tables.people import Annotator
from app.tables.studies import Study
from benchmark.protocol import Role
from benchmark.wire.annotators import DecisionRequest

_READER = Principal(0, OPERATOR, Role.ADMIN)


class Action(Protocol):
    """Takes votes out, or back in."""

    def __call__(
        self, session: Session, study: Study, annotator: Annotator, body: DecisionRequest, decision: Decision
    ) -> Changed: ...


def local_annotators(slug: str) -> list[JsonObject]:
    with open_database(open_settings()) as database, database.read() as session:
        study = find_study(session, slug=slug, principal=_READER, for_change=True)
        return [each.model_dump(mode="json") for each in annotator_answers(session, study)]


def local_exclude(slug: str, annotator: str, body: Mapping[str, str]) -> JsonObject:
    return _decide(slug, annotator, body, exclude_as_asked)


def local_reinstate(slug: str, annotator: str, body: Mapping[str, str]) -> JsonObject:
    return _decide(slug, annotator, body, reinstate_as_asked)


def _decide(slug: str, annotator: str, body: Mapping[str, str], action: Action) -> JsonObject:
    asked = _checked(body)
    now = utc_now()
    with open_database(open_settings()) as database, database.write() as session:
        acting = operator(session, now=now)
        study = find_study(session, slug=slug, principal=acting, for_change=True)
        person = find_annotator(session, study=study, pseudonym=annotator)
        decision = Decision.of(asked.reason, principal=acting, now=now)
        return changed_answer(action(session, study, person, asked, decision)).model_dump(mode="json")


def _checked(body: Mapping[str, str]) -> DecisionRequest:
    """Check what was asked as the REST API does."""
    try:
        return DecisionRequest.model_validate(body)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise Invalid(f"{wrong['loc'][0]}: {wrong['msg']}.", code="invalid") from error
