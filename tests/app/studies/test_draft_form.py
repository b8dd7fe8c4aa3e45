"""The form of a draft: edits by two people, copies of other studies, and checks before the opening."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.tables.audit import AuditEvent
from app.tables.studies import Matchup
from app.tables.studies import Study as StudyRow
from benchmark.protocol import RenditionRecipe, StudyStatus, WatchGate
from benchmark.wire.drafts import DraftRequest
from tests.app.results.page_voters import signed_in
from tests.app.studies.test_study_form import FORM, fields, studies
from tests.cast import Cast
from tests.page_text import text_of

EDIT = "/studies/motif-against-two/edit"
OPEN = "/studies/motif-against-two/open"


@pytest.fixture
def alice(cast: Cast) -> TestClient:
    client = signed_in(cast.context, cast.alice)
    client.post(FORM, data=fields(cast))
    return client


def sent(page: str) -> dict[str, object]:
    """Return the fields that a browser sends if nobody changes the form."""
    inputs = {
        name: value
        for tag in re.findall(r"<input[^>]*>", page)
        if (name := _attribute(tag, "name"))
        and (_attribute(tag, "type") not in ("checkbox", "radio") or re.search(r"\schecked\b", tag))
        and name != "sides"
        for value in [_attribute(tag, "value")]
    }
    boxes = [
        _attribute(tag, "value")
        for tag in re.findall(r'<input[^>]*name="sides"[^>]*>', page)
        if re.search(r"\schecked\b", tag)
    ]
    selects = {
        name: (re.findall(r'value="([^"]*)"\s+selected', options) or [""])[0]
        for name, options in re.findall(r'<select id="\w+" name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL)
    }
    texts = dict(re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>(.*?)</textarea>', page, re.DOTALL))
    return inputs | selects | texts | {"sides": boxes}


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\s{name}="([^"]*)"', tag)
    return found[1] if found else ""


def test_saving_the_form_unchanged_changes_nothing(cast: Cast, alice: TestClient) -> None:
    answer = alice.post(EDIT, data=sent(alice.get(EDIT).text), follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, OPEN)
    (study,) = studies(cast)
    assert (study.revision, study.renditions) == (1, RenditionRecipe.LETTERBOX)
    assert 'href="/studies/motif-against-two/crowd"' in alice.get(EDIT).text


def test_every_field_of_a_draft_can_be_changed(cast: Cast, alice: TestClient) -> None:
    changed = fields(
        cast,
        title="Other",
        comparisons="list",
        matchup_list="cinemo:motif\r\n\r\n dynamicrafter : motif \r\n",
        votes_per_comparison="3",
        comparisons_per_annotator="4",
        renditions="native",
        require_justification="",
        instructions="Look twice.",
        watch_gate="off",
        lease_s="60",
        revision="1",
    )

    assert alice.post(EDIT, data=changed).status_code == 200

    (study,) = studies(cast)
    assert (study.title, study.slug, study.revision) == ("Other", "motif-against-two", 2)
    assert (study.votes_per_comparison, study.comparisons_per_annotator, study.lease_s) == (3, 4, 60)
    assert (study.watch_gate, study.renditions) == (WatchGate.OFF, RenditionRecipe.NATIVE)
    assert (study.require_justification, study.instructions) == (False, "Look twice.")
    page = alice.get(EDIT).text
    assert "cinemo:motif\ndynamicrafter:motif</textarea>" in page
    assert sent(page)["comparisons"] == "list"


def test_the_second_of_two_people_loses_nothing(cast: Cast, alice: TestClient) -> None:
    ada = signed_in(cast.context, cast.ada)
    of_ada = sent(ada.get(EDIT).text) | {"title": "Ada's title"}
    of_alice = sent(alice.get(EDIT).text) | {"instructions": "Look twice."}
    ada.post(EDIT, data=of_ada)

    refused = alice.post(EDIT, data=of_alice)

    assert refused.status_code == 409
    words = text_of(refused.text)
    assert "ada saved this draft after you opened it" in words
    assert "ada changed title from MotiF against two to Ada's title" in words
    assert "Save over these changes" in words
    assert "Look twice." in refused.text
    assert studies(cast)[0].title == "Ada's title"
    assert alice.post(EDIT, data=sent(refused.text)).status_code == 200
    assert (studies(cast)[0].title, studies(cast)[0].instructions) == ("MotiF against two", "Look twice.")


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"votes_per_comparison": "4"}, "votes_per_comparison", "Use an odd number"),
        ({"lease_s": "soon"}, "lease_s", "Use a whole number from 5 to 86,400."),
        ({"comparisons": "list"}, "matchup_list", "Write at least one matchup"),
        ({"comparisons": "list", "matchup_list": "motif"}, "matchup_list", "such as motif:cinemo"),
        ({"watch_gate": "never"}, "watch_gate", "Choose one of the options."),
        ({"gold": "60 %"}, "gold", "from 1 to 1,000."),
    ],
)
def test_a_wrong_field_of_a_draft_is_named(
    cast: Cast, alice: TestClient, change: dict[str, object], field: str, message: str
) -> None:
    answer = alice.post(EDIT, data=fields(cast, revision="1", instructions="Look twice.") | change)

    assert answer.status_code == 422
    assert message in text_of(answer.text)
    assert f'id="{field}-problem"' in answer.text
    assert "Look twice." in answer.text
    assert studies(cast)[0].revision == 1


def test_only_the_owner_edits_and_only_a_draft(cast: Cast, alice: TestClient, client: TestClient) -> None:
    bob = signed_in(cast.context, cast.bob)
    for method in (bob.get, bob.post):
        assert method(EDIT).status_code == 404
    assert client.get(EDIT).status_code == 401
    alice.post(OPEN)
    assert alice.get(EDIT).status_code == 409
    assert alice.post(EDIT, data=fields(cast, revision="1", title="Late")).status_code == 409
    assert studies(cast)[0].title == "MotiF against two"


def test_a_copy_starts_with_every_field_and_needs_a_slug_of_its_own(cast: Cast, alice: TestClient) -> None:
    form = sent(alice.get(f"{FORM}?copy=motif-against-two").text)
    assert (form["title"], form["slug"], form["renditions"]) == ("Copy of MotiF against two", "", "letterbox")

    alice.post(FORM, data=form)

    first, second = studies(cast)
    assert (second.slug, second.status) == ("copy-of-motif-against-two", StudyStatus.DRAFT)
    with cast.context.database.read() as session:
        matchups = {
            study.id: [
                (row.reference_id, row.other_id)
                for row in session.scalars(select(Matchup).where(Matchup.study_id == study.id))
            ]
            for study in session.scalars(select(StudyRow))
        }
    assert matchups[first.id] == matchups[second.id]
    assert signed_in(cast.context, cast.bob).get(f"{FORM}?copy=motif-against-two").status_code == 404


def test_the_audit_log_names_the_study_that_a_form_copied(cast: Cast, alice: TestClient) -> None:
    alice.post(FORM, data=sent(alice.get(f"{FORM}?copy=motif-against-two").text))

    with cast.context.database.read() as session:
        created = select(AuditEvent.details).where(AuditEvent.action == "study.create")
        details = session.scalars(created.order_by(AuditEvent.id)).all()
    assert details == [{}, {"copy_of": "motif-against-two"}]


def test_a_refused_copy_remains_a_copy_until_the_copied_study_is_deleted(
    cast: Cast, alice: TestClient
) -> None:
    form = sent(alice.get(f"{FORM}?copy=motif-against-two").text) | {"benchmark": "unknown"}

    refused = alice.post(FORM, data=form)

    assert refused.status_code == 404
    assert sent(refused.text)["copied"] == "motif-against-two"

    alice.post("/studies/motif-against-two/delete", data={"typed": "motif-against-two"})
    refused = alice.post(FORM, data=form)

    assert refused.status_code == 404
    assert "This study was deleted." in text_of(refused.text)
    assert "copied" not in sent(refused.text)


def test_the_page_before_opening_shows_differences_and_lets_one_choose(cast: Cast, alice: TestClient) -> None:
    cast.reshape_clips("cinemo", {"width": 128, "fps": 16.0, "frames": 32, "has_audio": True})
    page = alice.get(OPEN).text

    words = text_of(page)
    assert "In 1 of these matchups, the clips of the two sides have different formats" in words
    assert "Size: 64x64 pixels, and 128x64 pixels." in words
    assert "Frame rate: 8 frames per second, and 16 frames per second." in words
    assert "Length: 1.0 s, and 2.0 s." in words
    assert "Sound: without sound, and with sound, which is removed." in words
    assert "loses 50 % of its length and 50 % of its frame rate" in words
    estimate = text_of(alice.post(f"{FORM}/estimate", data=fields(cast)).text)
    assert "Size: 64x64 pixels, and 128x64 pixels." in estimate

    alice.post("/studies/motif-against-two/renditions", data={"renditions": "keep_longer", "revision": "1"})

    words = text_of(alice.get(OPEN).text)
    assert "of its length" not in words
    assert "loses 50 % of its width" in words
    assert alice.post(OPEN, follow_redirects=False).headers["location"] == "/"
    assert studies(cast)[0].status is StudyStatus.OPEN
    assert alice.get(OPEN, follow_redirects=False).headers["location"] == "/"


def test_one_matchup_gets_renditions_of_its_own(cast: Cast, alice: TestClient) -> None:
    cast.reshape_clips("cinemo", {"width": 128})
    choice = {"renditions": "remux", "of_matchups": ["native", ""], "revision": "1"}

    alice.post("/studies/motif-against-two/renditions", data=choice)

    assert matchup_renditions(cast) == [RenditionRecipe.NATIVE, None]
    page = alice.get(OPEN).text
    assert "of its width" not in text_of(page)
    assert re.search(r'<option value="native"\s+selected>', page)
    # The form of the draft does not show the choice, and keeps it. A copy has the choice too.
    alice.post(EDIT, data=sent(alice.get(EDIT).text) | {"title": "Renamed"})
    copied = {"slug": "copied"}
    assert alice.post("/api/v1/studies/motif-against-two/duplicate", json=copied).status_code == 201
    assert matchup_renditions(cast) == [RenditionRecipe.NATIVE, None] * 2
    alice.post(OPEN)
    (protocol,) = alice.get("/api/v1/studies/motif-against-two/protocols").json()["protocols"]
    assert [each["renditions"] for each in protocol["document"]["matchups"]] == ["native", "remux"]


def test_the_choice_for_a_matchup_is_refused_if_the_matchups_changed(cast: Cast, alice: TestClient) -> None:
    choice = {"renditions": "remux", "of_matchups": ["native"], "revision": "1"}

    refused = alice.post("/studies/motif-against-two/renditions", data=choice)

    assert refused.status_code == 409
    assert "The matchups of this draft changed" in text_of(refused.text)
    wrong = choice | {"of_matchups": ["sepia", ""]}
    assert alice.post("/studies/motif-against-two/renditions", data=wrong).status_code == 422
    assert matchup_renditions(cast) == [None, None]


def matchup_renditions(cast: Cast) -> list[RenditionRecipe | None]:
    with cast.context.database.read() as session:
        return list(session.scalars(select(Matchup.renditions).order_by(Matchup.id)))


def test_an_edit_that_breaks_a_rule_of_the_study_is_explained(cast: Cast, alice: TestClient) -> None:
    path = f"/api/v1/studies/{studies(cast)[0].slug}"
    fields = {
        name: value for name, value in alice.get(path).json().items() if name in DraftRequest.model_fields
    }
    matchups = [{"reference": each["reference_id"], "other": each["other_id"]} for each in fields["matchups"]]
    body = fields | {"matchups": matchups, "comparisons_per_annotator": 8, "rules": {"repeats": 2}}
    assert alice.put(path, json=body).status_code == 200

    page = sent(alice.get(EDIT).text)
    answer = alice.post(EDIT, data=page | {"comparisons_per_annotator": ""}, follow_redirects=False)

    assert answer.status_code == 422
    assert "repeats need comparisons_per_annotator" in text_of(answer.text)
    assert alice.post(EDIT, data=page, follow_redirects=False).status_code == 303
    assert studies(cast)[0].rules is not None
