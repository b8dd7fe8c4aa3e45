"""After a participant leaves a study, no identifier remains in the database's files or in later exports."""

import io
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from sqlalchemy import select

from app.annotators.audit import Decision
from app.annotators.flags import dismiss_flag
from app.annotators.service import find_annotator
from app.audit_chain import check_chain
from app.clock import utc_now
from app.context import AppContext
from app.tables.bench import Pair
from app.tables.people import Annotator
from app.tables.studies import Comparison
from app.tables.studies import Study as StudyRow
from app.tables.voting import Vote
from benchmark.protocol import Flag, TableName
from benchmark.wire.phases import Phases
from tests.acting import assign, vote
from tests.app.api.conftest import client_of
from tests.app.platforms.test_join import LINK, PROLIFIC, set_platform
from tests.cast import Cast, Study

# Texts that occur nowhere else.
PARTICIPANT = "5f9b1c2d3e4f5a6b7c8d9eEE"
SESSION_ID = "60bbEE-session-of-erika"
LABEL = "erika.mustermann@example.org"
COMMENT = "I am Erika and I liked the kite best"
ANSWER = "my grandmother Gerlinde helped"
# Texts that the owner writes about the person.
REASON = "Erika told me on the phone that her child voted"
VOTE_REASON = "Gerda's husband clicked here"
FLAG_REASON = "Erika is left-handed"
IDENTIFIERS = (PARTICIPANT, SESSION_ID, LABEL, COMMENT, ANSWER, REASON, VOTE_REASON, FLAG_REASON)
PHASES = Phases.model_validate(
    {
        "questionnaire": {"questions": [{"kind": "text", "key": "remarks", "text": "Anything odd?"}]},
        "finish": {"text": "Thank you.", "comment": True},
    }
)


def found_in(content: bytes, where: str) -> list[str]:
    return [f"{text} in {where}" for text in IDENTIFIERS if text.encode() in content]


def in_files(home: Path) -> list[str]:
    files = [path for path in home.iterdir() if path.name.startswith("ti2v.sqlite3")]
    assert files
    return [problem for path in files for problem in found_in(path.read_bytes(), path.name)]


def walk(browser: TestClient, study: Study) -> None:
    """Vote on everything, and write texts that identify a person."""
    assert vote(browser, assign(browser, study)["token"]).status_code == 201
    browser.get(f"/studies/{study.slug}/vote")
    browser.post(f"/studies/{study.slug}/phases/questionnaire", data={"remarks": ANSWER})
    browser.post(f"/studies/{study.slug}/phases/finish", data={"comment": COMMENT})


def write_reasons(owner: TestClient, context: AppContext, study: Study) -> None:
    """Exclude and reinstate votes, and dismiss a flag, with reasons that identify a person."""
    people = f"/api/v1/studies/{study.slug}/annotators"
    for action in ("exclude", "reinstate", "exclude"):
        owner.post(f"{people}/annotator-001/{action}", json={"reason": REASON}).raise_for_status()
    with context.database.read() as session:
        pair = session.scalars(
            select(Pair.name)
            .join(Comparison)
            .join(Vote)
            .join(Annotator, Annotator.id == Vote.annotator_id)
            .where(Annotator.pseudonym == "annotator-002")
        ).one()
    one_vote = {"reason": VOTE_REASON, "matchup": "motif:cinemo", "pair": pair}
    owner.post(f"{people}/annotator-002/exclude", json=one_vote).raise_for_status()
    with context.database.write() as session:
        # One vote is too few for a flag, so the test stores the dismissal as the service would.
        row = session.scalars(select(StudyRow)).one()
        annotator = find_annotator(session, study=row, pseudonym="annotator-001")
        decision = Decision(FLAG_REASON, "alice", utc_now())
        dismiss_flag(session, study=row, annotator=annotator, flag=Flag.FAST, decision=decision)


def exports(owner: TestClient, study: Study) -> list[str]:
    path = f"/api/v1/studies/{study.slug}"
    tables = [f"{path}/exports/{table}.csv" for table in TableName]
    lists = (
        "answers",
        "annotators",
        "invitations",
        "platform/payments",
        "platform/payments.csv",
        "dashboard",
    )
    found = []
    for address in (*tables, *(f"{path}/{name}" for name in lists), "/api/v1/audit-events"):
        answer = owner.get(address)
        # A table of metrics may not exist; every other export must succeed.
        assert answer.status_code == 200 or "metric" in address, answer.text
        found += found_in(answer.content, address)
    report = zipfile.ZipFile(io.BytesIO(owner.get(f"{path}/report.zip").raise_for_status().content))
    for name in report.namelist():
        found += found_in(report.read(name), name)
    return found


def test_nothing_of_the_person_stays(cast: Cast, client: TestClient, context: AppContext) -> None:
    study = cast.open_study(others=["cinemo"], comparisons_per_annotator=1, phases=PHASES)
    owner = client_of(context, cast.alice)
    set_platform(owner, study, **PROLIFIC)
    invited = owner.post(
        f"/api/v1/studies/{study.slug}/invitations", json={"count": 1, "label": LABEL}
    ).json()
    erika = client_of(context)
    erika.get(
        f"/studies/{study.slug}/join", params=LINK | {"PROLIFIC_PID": PARTICIPANT, "SESSION_ID": SESSION_ID}
    )
    gerda = client_of(context)
    gerda.get(urlsplit(invited["links"][0]).path)
    for browser in (erika, gerda):
        walk(browser, study)
    write_reasons(owner, context, study)
    home = context.settings.home
    # Before the erasure, the test finds the texts.
    assert {problem.partition(" in ")[0] for problem in in_files(home)} == set(IDENTIFIERS)
    assert exports(owner, study)

    for browser in (erika, gerda):
        assert browser.post(f"/studies/{study.slug}/withdraw").status_code == 200

    assert in_files(home) == []
    number = owner.get(f"/api/v1/studies/{study.slug}/invitations").json()["invitations"][0]["id"]
    owner.post(f"/api/v1/studies/{study.slug}/invitations/{number}/revoke").raise_for_status()
    owner.post(f"/api/v1/studies/{study.slug}/close").raise_for_status()
    assert exports(owner, study) == []
    assert in_files(home) == []
    assert "left the study" in owner.get(f"/studies/{study.slug}/annotators/annotator-001").text
    with context.database.read() as session:
        assert check_chain(session).problems == ()


def test_a_reader_of_an_older_state_delays_it_only_until_the_next_write(
    cast: Cast, context: AppContext, client: TestClient
) -> None:
    """SQLite keeps its write-ahead log while a connection reads an older state."""
    study = cast.open_study(others=["cinemo"], comparisons_per_annotator=1, phases=PHASES)
    set_platform(client_of(context, cast.alice), study, **PROLIFIC)
    client.get(f"/studies/{study.slug}/join", params=LINK | {"PROLIFIC_PID": PARTICIPANT})
    walk(client, study)
    with context.database.read() as reader:
        reader.connection().exec_driver_sql("SELECT count(*) FROM votes")
        assert client.post(f"/studies/{study.slug}/withdraw").status_code == 200
        assert in_files(context.settings.home)

    assert client.get(f"/invite/{study.invite()[0]}").status_code == 200
    assert in_files(context.settings.home) == []
