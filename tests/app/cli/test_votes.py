"""`ti2v votes import` imports all votes of an external study as a new study, or imports nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from app.results.live.recount import recount
from app.results.live.vote_rows import counted_votes
from app.tables.people import Annotator
from app.tables.studies import Study as StudyRow
from app.tables.submissions import Submission, VideoModel
from app.tables.voting import Vote
from benchmark.cli.main import main
from benchmark.cli.score import TABLES, score
from benchmark.protocol import StudyStatus, SubmissionStatus
from tests.app.cli.outcome import Outcome
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import PAIR_IDS, Cast
from tests.page_text import text_of

MAPPING = ("pair=item", "left=model_a", "right=model_b", "chosen=winner", "annotator=rater")
HEADER = "item,model_a,model_b,winner,rater,motion,when"
Import = Callable[..., Outcome]


@pytest.fixture
def run_import(cast: Cast, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Import:
    """Run the import on the cast's installation."""
    monkeypatch.setenv("TI2V_HOME", str(cast.context.settings.home))

    def _run(file: Path, *more: str, study: str = "elsewhere", mapping: tuple[str, ...] = MAPPING) -> Outcome:
        capfd.readouterr()
        maps = [word for each in mapping for word in ("--map", each)]
        code = main(["votes", "import", str(file), "--study", study, "--benchmark", "tiny", *maps, *more])
        return Outcome(code, *capfd.readouterr())

    return _run


def theirs(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "theirs.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n")
    return file


def three_raters(tmp_path: Path) -> Path:
    """Three raters prefer MotiF to another model on two pairs, once 3 to 0 and once 2 to 1."""
    first, second = PAIR_IDS[:2]
    return theirs(
        tmp_path,
        f"{first},MotiF,Zeta (v2),A,ann@example.org,1,2026-02-01T10:00:00+01:00",
        f"{first},Zeta (v2),MotiF,B,bob,0,",
        f"{first},MotiF,Zeta (v2),model_a,cid,0,",
        f"{second},MotiF,Zeta (v2),left,ann@example.org,0,",
        f"{second},MotiF,Zeta (v2),right,bob,1,",
        f"{second},MotiF,Zeta (v2),MotiF,cid,0,",
    )


def test_it_makes_a_closed_study_that_is_marked_imported(
    cast: Cast, run_import: Import, tmp_path: Path
) -> None:
    outcome = run_import(three_raters(tmp_path), "--title", "Elsewhere", "--owner", "alice")

    assert (outcome.code, outcome.out) == (0, "elsewhere\n")
    assert "6 votes, 1 matchup, 3 annotators: imported." in outcome.err
    client = signed_in(cast.context, cast.alice)
    words = text_of(client.get("/studies/elsewhere/results").text)
    assert "Imported. These votes were imported from another study." in words
    assert "The votes were imported." in words  # the note under the table
    assert "6 of 6 votes" in words
    assert "In an imported study, people chose motif in 100.0 % of the decided pairs." in words
    (row,) = client.get("/api/v1/studies/elsewhere/results").json()["preferences"]
    assert (row["reference"], row["other"]) == ("motif@elsewhere", "zeta-v2@elsewhere")
    assert (row["ti2v_score_reference"], row["pairs_decided"], row["votes"]) == (100.0, 2, 6)
    for page in (f"pairs/{PAIR_IDS[0]}", "scenarios/kite", "results/1"):
        assert "Imported." in client.get(f"/studies/elsewhere/{page}").text
    stranger = signed_in(cast.context, cast.charlie)
    assert stranger.get("/studies/elsewhere/results").status_code == 404


def test_its_tables_are_the_same_offline(cast: Cast, run_import: Import, tmp_path: Path) -> None:
    mapping = (*MAPPING, "object_motion=motion", "cast_at=when")
    assert run_import(three_raters(tmp_path), mapping=mapping).code == 0
    client = signed_in(cast.context, cast.ada)
    exports = "/api/v1/studies/elsewhere/exports"
    votes = tmp_path / "votes.csv"
    votes.write_bytes(client.get(f"{exports}/votes.csv").content)

    assert "2026-02-01T09:00:00.000Z" in votes.read_text()
    assert votes.read_text().count(",imported,") == 6
    for table in TABLES:
        offline = CliRunner().invoke(score, [str(votes), "--table", table, "--format", "markdown"])
        assert offline.stdout_bytes == client.get(f"{exports}/{table}.markdown").content, table


def test_names_of_their_annotators_are_not_kept(cast: Cast, run_import: Import, tmp_path: Path) -> None:
    run_import(three_raters(tmp_path))

    with cast.context.database.read() as session:
        names = session.scalars(select(Annotator.pseudonym).order_by(Annotator.pseudonym)).all()

    assert names == ["annotator-001", "annotator-002", "annotator-003"]


def test_the_submissions_of_an_imported_study_are_new(cast: Cast, run_import: Import, tmp_path: Path) -> None:
    run_import(three_raters(tmp_path))

    with cast.context.database.read() as session:
        kept = session.execute(
            select(VideoModel.slug, Submission.status)
            .join(VideoModel, VideoModel.id == Submission.model_id)
            .where(Submission.label == "elsewhere")
            .order_by(VideoModel.slug)
        ).all()
        study = session.scalars(select(StudyRow)).one()
        assert recount(session, study) == []

    assert [tuple(row) for row in kept] == [
        ("motif", SubmissionStatus.WITHDRAWN),
        ("zeta-v2", SubmissionStatus.WITHDRAWN),
    ]
    assert study.status is StudyStatus.CLOSED


def test_the_same_votes_again_change_nothing(cast: Cast, run_import: Import, tmp_path: Path) -> None:
    file = three_raters(tmp_path)
    run_import(file)

    again = run_import(file)

    assert (again.code, again.out) == (0, "elsewhere\n")
    assert "imported before, nothing changed" in again.err
    with cast.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == 6


def test_imported_votes_never_mix_with_a_study_run_here(
    cast: Cast, run_import: Import, tmp_path: Path
) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)

    outcome = run_import(three_raters(tmp_path), study=study.slug)

    assert outcome.code == 1
    assert "an import never adds to a study" in outcome.err
    with cast.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Vote)) == len(PAIR_IDS)


def test_other_votes_need_another_study(run_import: Import, tmp_path: Path) -> None:
    run_import(three_raters(tmp_path))

    outcome = run_import(theirs(tmp_path, f"{PAIR_IDS[0]},MotiF,Zeta,A,ann,0,"))

    assert outcome.code == 1
    assert "The study elsewhere already exists with other votes" in outcome.err


def test_every_problem_is_listed_with_its_row_and_nothing_is_imported(
    cast: Cast, run_import: Import, tmp_path: Path
) -> None:
    file = theirs(
        tmp_path,
        f"{PAIR_IDS[0]},MotiF,Zeta,A,ann,0,",
        f"{PAIR_IDS[0]},MotiF,Zeta,tie,bob,0,yesterday",
        "golf9_it_flies,MotiF,Zeta,B,,0,",
        f"{PAIR_IDS[1]},MotiF,MotiF,A,bob,0,",
    )

    outcome = run_import(file, mapping=(*MAPPING, "cast_at=when"))

    assert (outcome.code, outcome.out) == (1, "")
    for said in (
        "Error: theirs.csv: 5 problems; nothing was imported.",
        'line 3, column winner: "tie" is neither "MotiF" nor "Zeta".',
        'line 3, column when: "yesterday" is not a time in ISO 8601',
        'line 4, column item: "golf9_it_flies" is not a pair of tiny 1.',
        "line 4, column rater: The cell is empty.",
        'line 5: Both sides are "MotiF".',
    ):
        assert said in outcome.err, said
    with cast.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StudyRow)) == 0


def test_one_annotator_votes_once_on_a_comparison(run_import: Import, tmp_path: Path) -> None:
    twice = [f"{PAIR_IDS[0]},MotiF,Zeta,{answer},ann,0," for answer in "AB"]

    outcome = run_import(theirs(tmp_path, *twice))

    assert outcome.code == 1
    assert 'line 3, column rater: "ann" has another counted vote on this comparison' in outcome.err


@pytest.mark.parametrize("cast_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_outside_of_the_calendar_is_named_with_its_row(
    run_import: Import, tmp_path: Path, cast_at: str
) -> None:
    file = theirs(tmp_path, f"{PAIR_IDS[0]},MotiF,Zeta,A,ann,1,{cast_at}")

    outcome = run_import(file, "--map", "cast_at=when")

    assert outcome.code == 1
    assert f'line 2, column when: "{cast_at}" is not a time in ISO 8601' in outcome.err


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            f"{PAIR_IDS[0]},MotiF,Zeta,A,ann,1,2147483648",
            'column when: "2147483648" is more than',
        ),
        (f"{PAIR_IDS[0]},MotiF,Z\x1beta,A,ann,1,9", "line 2, column model_b: "),
        (
            f"{PAIR_IDS[0]},MotiF,Z{'!' * 200},A,ann,1,9",
            "the model z is longer than 200 or contains",
        ),
        (
            f"{PAIR_IDS[0]},MotiF,{'z' * 65},A,ann,1,9",
            "cannot become a slug of at most 64 letters",
        ),
        (f"{PAIR_IDS[0]},MotiF,!!,A,ann,1,9", 'the model "!!" cannot become a slug'),
    ],
)
def test_what_no_column_can_keep_is_refused(
    run_import: Import, tmp_path: Path, row: str, sentence: str
) -> None:
    outcome = run_import(theirs(tmp_path, row), "--map", "decision_ms=when")

    assert outcome.code == 1
    assert sentence in outcome.err


def test_a_title_longer_than_can_be_kept_is_a_sentence(run_import: Import, tmp_path: Path) -> None:
    outcome = run_import(three_raters(tmp_path), "--title", "x" * 201)

    assert (outcome.code, outcome.err) == (1, "Error: A title may have at most 200 characters.\n")


def test_a_title_of_two_lines_is_a_sentence(run_import: Import, tmp_path: Path) -> None:
    outcome = run_import(three_raters(tmp_path), "--title", "Else\nwhere")

    assert outcome.code == 1
    assert outcome.err == "Error: A title must be one line without line breaks and control characters.\n"


def test_two_models_of_one_name_are_refused(run_import: Import, tmp_path: Path) -> None:
    outcome = run_import(theirs(tmp_path, f"{PAIR_IDS[0]},MotiF,motif,A,ann,0,"))

    assert outcome.code == 1
    assert "would both be stored as" in outcome.err


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (MAPPING[:-1], "The option --map for annotator is missing"),
        (("pair=clip", *MAPPING[1:]), "theirs.csv has no column clip"),
        (("pair", *MAPPING[1:]), "is not of the form COLUMN=SOURCE"),
    ],
)
def test_a_wrong_mapping_is_a_sentence(
    run_import: Import, tmp_path: Path, mapping: tuple[str, ...], said: str
) -> None:
    outcome = run_import(three_raters(tmp_path), mapping=mapping)

    assert outcome.code == 1
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def named_a_and_b(tmp_path: Path) -> Path:
    """Two systems named A and B that appear on alternating sides; every answer is B."""
    rows = [
        f"{pair},{left},{right},B,ann,0,"
        for pair, left, right in zip(PAIR_IDS, "ABABAB", "BABABA", strict=True)
    ]
    return theirs(tmp_path, *rows)


def test_answers_with_two_meanings_are_refused_until_declared(
    cast: Cast, run_import: Import, tmp_path: Path
) -> None:
    file = named_a_and_b(tmp_path)

    refused = run_import(file)
    declared = run_import(file, "--answers", "sides")

    assert refused.code == 1
    assert 'The answer "B" can mean the side "B", and also a position (right)' in refused.err
    assert "Add --answers sides or --answers positions" in refused.err
    assert declared.code == 0
    with cast.context.database.read() as session:
        study = session.scalars(select(StudyRow)).one()
        votes = counted_votes(session, study)
    assert votes is not None
    assert not votes.chose_reference.any()


def test_a_dry_run_checks_and_imports_nothing(cast: Cast, run_import: Import, tmp_path: Path) -> None:
    outcome = run_import(three_raters(tmp_path), "--dry-run")

    assert outcome.code == 0
    assert "nothing imported (dry run)" in outcome.err
    with cast.context.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StudyRow)) == 0
        assert session.scalar(select(func.count()).select_from(VideoModel)) == 3


def test_an_unknown_owner_is_reported_in_a_sentence(run_import: Import, tmp_path: Path) -> None:
    outcome = run_import(three_raters(tmp_path), "--owner", "nobody")

    assert outcome.code == 1
    assert "There is no researcher called nobody" in outcome.err


def test_an_external_status_column_is_reported(run_import: Import, tmp_path: Path) -> None:
    file = tmp_path / "theirs.csv"
    file.write_text(f"item,model_a,model_b,winner,rater,status\n{PAIR_IDS[0]},MotiF,Zeta,A,ann,excluded\n")

    assert "Column 'status' is ignored; every row is imported." in run_import(file).err
