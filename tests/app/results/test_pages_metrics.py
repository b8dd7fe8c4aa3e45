"""Automatic metrics on the results pages: scores, agreement with the votes, and permissions."""

import io
import json
import re
import zipfile

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from benchmark.protocol import Side
from tests.app.api.conftest import client_of
from tests.app.jobs.acting import WorkerProgram, worker_program
from tests.app.metrics.acting import claim, measure_all, send_scores, start
from tests.app.results.page_voters import annotator, close, fill_panels, signed_in
from tests.cast import PAIR_IDS, Cast, Study, make_submission, small_clip
from tests.page_text import text_of

SLUG = "motif-study"
PAGES = (f"/studies/{SLUG}/results", f"/studies/{SLUG}/results/1", f"/studies/{SLUG}/pairs/{PAIR_IDS[0]}")


@pytest.fixture
def worker(cast: Cast) -> WorkerProgram:
    return worker_program(cast.context)


@pytest.fixture
def closed(cast: Cast, worker: WorkerProgram) -> Study:
    """A closed study in which every vote is for motif; motif and cinemo have scores.

    The scores are 1 to 6 for motif, and 11 to 16 for cinemo.
    """
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)
    close(study, cast.alice)
    measure(cast, worker)
    return study


def measure(cast: Cast, worker: WorkerProgram) -> None:
    alice = client_of(cast.context, cast.alice)
    measure_all(alice, worker, cast.submission_ids["motif"], base=1.0)
    measure_all(alice, worker, cast.submission_ids["cinemo"], base=11.0)


def row(html: str, title: str, number: int = 0) -> list[str]:
    """Return the cells of the first table row with this title, or of row `number` with this title."""
    rows = re.findall(rf'<th scope="row"[^>]*>{re.escape(title)}.*?(?=<tr>|</table>)', html, re.DOTALL)
    return [text_of(cell) for cell in re.findall(r"<td>(.*?)(?=<td|$)", rows[number], re.DOTALL)]


def test_the_results_show_scores_and_what_each_metric_would_have_told(cast: Cast, closed: Study) -> None:
    page = signed_in(cast.context, cast.alice).get(PAGES[0]).text

    # Lower is better: the metric prefers motif in all six pairs, as people did.
    assert row(page, "First frame MSE") == ["100.0", "–", "6"]
    # The metric has no direction and is read as "more is better": it prefers cinemo everywhere.
    assert row(page, "Mean flow (% of side/s) *") == ["0.0", "–", "6"]
    assert row(page, "Mean flow", 1) == ["3.5", "13.5"]
    text = text_of(page)
    assert "Agreement of each metric with the votes" in text
    assert "Suite motion, computed here. 6 pairs. Settings: flow dis-medium, formulas 4, frames all." in text


def test_what_each_metric_would_have_told_is_a_figure_to_download(cast: Cast, closed: Study) -> None:
    browser = signed_in(cast.context, cast.alice)
    figure = f"/api/v1/studies/{SLUG}/figures/metric-agreement"

    drawn, rows = browser.get(f"{figure}.svg"), browser.get(f"{figure}.csv")
    over_rest = client_of(cast.context, cast.alice).get(f"{figure}.svg")

    assert f'href="{figure}.svg"' in browser.get(PAGES[0]).text
    # The page of one matchup has other numbers than the figure of the study.
    assert figure not in browser.get(PAGES[1]).text
    assert ">First frame MSE<" in drawn.text
    assert drawn.content == over_rest.content
    assert rows.text.splitlines()[1].startswith("motion,first_frame_mse,lower,")
    assert client_of(cast.context, cast.charlie).get(f"{figure}.svg").status_code == 404


def test_a_figure_of_metrics_needs_scores_and_a_closed_study(cast: Cast, worker: WorkerProgram) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)
    alice = client_of(cast.context, cast.alice)
    figure = f"/api/v1/studies/{SLUG}/figures/metric-agreement.svg"

    running = alice.get(figure)
    close(study, cast.alice)
    without = alice.get(figure)

    assert (running.status_code, running.json()["error"]) == (409, "cannot_draw")
    assert "The study is not closed" in running.json()["message"]
    assert (without.status_code, without.json()["error"]) == (409, "cannot_draw")
    assert "No side of this study has scores" in without.json()["message"]


def test_a_matchup_shows_its_own_agreement_and_a_pair_its_own_scores(cast: Cast, closed: Study) -> None:
    browser = signed_in(cast.context, cast.alice)

    matchup, pair = browser.get(PAGES[1]).text, browser.get(PAGES[2]).text

    assert row(matchup, "First frame MSE") == ["100.0", "–", "6"]
    assert row(pair, "First frame MSE") == ["1.0", "11.0"]


def test_one_page_has_all_numbers_that_compare_metrics_with_votes(
    cast: Cast, closed: Study, worker: WorkerProgram
) -> None:
    study = cast.open_study("three", others=["cinemo", "dynamicrafter"])
    fill_panels(study, people=1, opinion=lambda shown: (Side.REFERENCE, Side.OTHER)[shown.pair_id % 6 == 0])
    close(study, cast.alice)
    browser, alice = signed_in(cast.context, cast.alice), client_of(cast.context, cast.alice)
    measure_all(alice, worker, cast.submission_ids["dynamicrafter"], base=21.0)

    page = browser.get("/studies/three/metrics").text
    leaderboard = browser.get("/studies/three/leaderboard").text

    # People: motif won 10 of 12 pairs, the others one each. The metric ranks motif, cinemo, dynamicrafter.
    # Ranks 3, 1.5, 1.5 and 3, 2, 1: rho = 0.87, tau-b = 2 / sqrt(2 * 3) = 0.82.
    assert row(page, "First frame MSE") == ["83.3", "–", "12", "0.87", "0.82", "2 of 2"]
    # The pair that the others won is one of the two pairs of a scenario.
    assert sorted(row(page, "First frame MSE", 1)) == ["100.0", "50.0", "83.3"]
    assert "3 images are too few" in text_of(page)
    for html in (page, leaderboard):
        shares = re.search(r"expected share \(%\) (\S+) \S+ \S+ Mean flow", text_of(html))
        assert shares is not None
        assert shares[1] == row(leaderboard, "motif")[4]
        assert row(html, "First frame MSE", 2 if html is page else 0) == ["3.5", "13.5", "23.5"]
    assert f'href="/studies/{SLUG}/metrics"' in browser.get(PAGES[0]).text
    rows = alice.get("/api/v1/studies/three/exports/metric_covariates.csv")
    assert rows.text.startswith("covariate,unit,comparisons,votes,images,odds_ratio,")
    assert signed_in(cast.context, cast.charlie).get("/studies/three/metrics").status_code == 404


def test_clips_of_the_static_model_tell_how_often_a_metric_prefers_them(
    cast: Cast, closed: Study, worker: WorkerProgram
) -> None:
    static = make_submission(cast.context, cast.alice, model="static", shade=7)
    alice = client_of(cast.context, cast.alice)
    # Static clips score 2.5 to 7.5: better (lower) than all clips of cinemo, worse than all clips of motif.
    measure_all(alice, worker, static, base=2.5)

    page = signed_in(cast.context, cast.alice).get(PAGES[0]).text

    assert row(page, "First frame MSE") == ["100.0", "–", "6", "50.0"]


def test_a_running_study_shows_scores_to_its_owner_without_agreement(
    cast: Cast, worker: WorkerProgram
) -> None:
    study = cast.open_study(others=["cinemo"])
    fill_panels(study, people=1)
    measure(cast, worker)

    text = text_of(signed_in(cast.context, cast.alice).get(PAGES[0]).text)

    assert "Automatic metrics" in text
    assert "Agreement of each metric with the votes" not in text
    page = text_of(signed_in(cast.context, cast.alice).get(f"/studies/{SLUG}/metrics").text)
    assert "The study is not closed." in page
    assert "Agreement with people" not in page
    for path in (*PAGES, f"/studies/{SLUG}/metrics", f"/submissions/{cast.submission_ids['motif']}/metrics"):
        answer = annotator(study).get(path, headers={"Accept": "text/html"})
        assert answer.status_code in (401, 404), path
        assert "Mean flow" not in answer.text


def test_partial_sides_are_marked_and_sides_without_scores_are_named(
    cast: Cast, worker: WorkerProgram
) -> None:
    study = cast.open_study(others=["cinemo", "dynamicrafter"])
    fill_panels(study, people=1)
    close(study, cast.alice)
    alice = client_of(cast.context, cast.alice)
    start(alice, cast.submission_ids["motif"])
    send_scores(worker, claim(worker, count=1)[0], {"mean_flow": 2.0})

    page = signed_in(cast.context, cast.alice).get(PAGES[0]).text

    assert re.search(r'motif <span class="sample">partial</span>', page)
    assert "No scores of cinemo and dynamicrafter." in text_of(page)
    assert "PARTIAL: 1 of 6 pairs, 5 of 6 clips not measured" in text_of(page)


def test_sides_measured_with_other_settings_are_left_out_and_said_so(
    cast: Cast, closed: Study, worker: WorkerProgram
) -> None:
    third = cast.submission_ids["dynamicrafter"]
    alice = client_of(cast.context, cast.alice)
    study = cast.open_study("second", others=["cinemo", "dynamicrafter"])
    measure_all(alice, worker, third, settings={"flow": "dis-medium", "formulas": "5"})

    page = text_of(signed_in(cast.context, cast.alice).get(f"/studies/{study.slug}/results").text)

    assert "Left out: dynamicrafter, measured with other settings. Measure them again." in page


def test_visitors_see_scores_of_public_sides_only_and_none_while_a_study_compares_them(
    cast: Cast, closed: Study
) -> None:
    alice = client_of(cast.context, cast.alice)
    visitor = TestClient(create_app(cast.context), headers={"Accept": "text/html"})
    for model in ("motif", "cinemo"):
        address = f"/api/v1/submissions/{cast.submission_ids[model]}/visibility"
        assert alice.put(address, json={"visibility": "public"}).status_code == 200
    answer = alice.put(f"/api/v1/studies/{SLUG}/visibility", json={"visibility": "public"})
    assert answer.status_code == 200, answer.text

    published = visitor.get(PAGES[0]).text
    cast.open_study("still-running", others=["cinemo"])
    blind = visitor.get(PAGES[0]).text

    assert row(published, "First frame MSE") == ["100.0", "–", "6"]
    assert "Automatic metrics" not in blind


def test_a_reader_sees_no_scores_of_sides_that_are_private(cast: Cast, closed: Study) -> None:
    alice = client_of(cast.context, cast.alice)
    shared = {"visibility": "shared", "people": ["bob"]}
    answer = alice.put(f"/api/v1/studies/{SLUG}/visibility", json=shared)
    assert answer.status_code == 200, answer.text

    page = signed_in(cast.context, cast.bob).get(PAGES[0])

    assert page.status_code == 200
    assert "Automatic metrics" not in page.text


def test_the_page_of_a_model_shows_the_scores_of_its_submissions(cast: Cast, closed: Study) -> None:
    page = signed_in(cast.context, cast.alice).get("/models/cinemo").text
    hidden = signed_in(cast.context, cast.charlie).get("/models/cinemo")

    assert row(page, "First frame MSE") == ["13.5"]
    assert "First frame MSE" not in hidden.text


def test_the_gallery_shows_scores_of_a_pair_to_signed_in_people_only(cast: Cast, closed: Study) -> None:
    address = f"/gallery/tiny/{PAIR_IDS[0]}"

    shown = signed_in(cast.context, cast.alice).get(address).text
    hidden = TestClient(create_app(cast.context), headers={"Accept": "text/html"}).get(address).text
    charlie = signed_in(cast.context, cast.charlie).get(address).text

    assert row(shown, "First frame MSE") == ["1.0", "11.0"]
    assert "First frame MSE" not in hidden
    assert "First frame MSE" not in charlie


def test_scores_and_agreement_are_exported_as_tables(cast: Cast, closed: Study) -> None:
    alice = client_of(cast.context, cast.alice)
    exports = f"/api/v1/studies/{SLUG}/exports"

    means = alice.get(f"{exports}/metrics.json").json()
    agreement = alice.get(f"{exports}/metric_agreement.json").json()

    assert means[0] == {
        "suite": "motion",
        "metric": "mean_flow",
        "direction": "none",
        "side": "cinemo",
        "mean": 13.5,
        "seed_sd": None,
        "pairs": 6,
        "expected_pairs": 6,
        "missing_clips": 0,
        "settings": "flow dis-medium, formulas 4, frames all",
    }
    whole = [row for row in agreement if (row["metric"], row["division"]) == ("first_frame_mse", "whole")]
    assert [(row["comparisons"], row["accuracy"]) for row in whole] == [(6, 100.0)]
    assert {row["part"] for row in agreement if row["division"] == "scenario"} == {"kite", "boat"}
    for table in ("metrics", "metric_agreement"):
        for file_format in ("csv", "markdown", "latex", "parquet", "jsonl"):
            answer = alice.get(f"{exports}/{table}.{file_format}")
            assert answer.status_code == 200
            assert answer.content
            assert b"nan" not in answer.content.lower() or file_format == "parquet"
    assert "metrics.csv" in signed_in(cast.context, cast.alice).get(PAGES[0]).text


def test_the_report_of_a_closed_study_contains_the_scores_and_the_agreement(
    cast: Cast, closed: Study
) -> None:
    alice = client_of(cast.context, cast.alice)

    with zipfile.ZipFile(io.BytesIO(alice.get(f"/api/v1/studies/{SLUG}/report.zip").content)) as report:
        names = [name.removeprefix(f"{SLUG}/metrics/") for name in report.namelist() if "/metrics/" in name]
        agreement = json.loads(report.read(f"{SLUG}/metrics/agreement.json"))
        scores = json.loads(report.read(f"{SLUG}/metrics/scores/02-motion-motif.json"))

    assert names == [
        *(f"agreement.{suffix}" for suffix in ("csv", "json", "md", "tex")),
        "scores/01-motion-cinemo.json",
        "scores/02-motion-motif.json",
    ]
    whole = {each["metric"]: each["accuracy"] for each in agreement["metrics"] if each["division"] == "whole"}
    assert (whole["first_frame_mse"], whole["mean_flow"]) == (100.0, 0.0)
    assert scores["means"]["mean_flow"]["mean"] == 3.5


def test_new_scores_change_the_page_at_once(cast: Cast, closed: Study, worker: WorkerProgram) -> None:
    browser = signed_in(cast.context, cast.alice)
    before = row(browser.get(PAGES[0]).text, "First frame MSE")
    alice = client_of(cast.context, cast.alice)
    start(alice, cast.submission_ids["motif"], again=True)
    for job in claim(worker):
        send_scores(worker, job, {"first_frame_mse": 99.0})

    after = row(browser.get(PAGES[0]).text, "First frame MSE")

    assert (before, after) == (["100.0", "–", "6"], ["0.0", "–", "6"])


def test_pages_name_the_seed_that_a_study_shows_and_means_have_a_spread_over_seeds(
    cast: Cast, worker: WorkerProgram
) -> None:
    alice = client_of(cast.context, cast.alice)
    opened = alice.post("/api/v1/submissions", json={"model": "motif", "benchmark": "tiny", "label": "two"})
    two = opened.json()["id"]
    for seed in (0, 2):
        for number, pair in enumerate(PAIR_IDS):
            clip = small_clip(shade=100 + 10 * seed + number)
            put = alice.put(f"/api/v1/submissions/{two}/clips/{pair}?seed={seed}", content=clip)
            assert put.status_code == 201, put.text
    assert alice.post(f"/api/v1/submissions/{two}/finalise").status_code == 200
    form = {"slug": SLUG, "title": "Two seeds", "benchmark": "tiny", "watch_gate": "off"}
    matchup = {"reference": two, "reference_seed": 2, "other": cast.submission_ids["cinemo"]}
    made = alice.post("/api/v1/studies", json=form | {"matchups": [matchup]})
    assert made.status_code == 201, made.text
    assert alice.post(f"/api/v1/studies/{SLUG}/open").status_code == 200
    study = Study(SLUG, cast.context)
    fill_panels(study, people=1)
    close(study, cast.alice)
    measure_all(alice, worker, cast.submission_ids["cinemo"], base=7.5)
    start(alice, two)
    for job in claim(worker):
        # Seed 2 has a better score than cinemo on every pair, seed 0 has a worse score.
        send_scores(worker, job, {"first_frame_mse": 2.0 if job["seed"] == 2 else 20.0})
    browser = signed_in(cast.context, cast.alice)

    results, matchup_page, pair, metrics = (
        browser.get(path).text for path in (*PAGES, f"/studies/{SLUG}/metrics")
    )
    means = alice.get(f"/api/v1/studies/{SLUG}/exports/metrics.json").json()

    shown = "Annotators saw one clip per pair and model: cinemo with seed 0 and motif with seed 2."
    for page in (results, matchup_page, pair):
        assert shown in text_of(page)
    assert "Annotators saw motif with seed 2; votes are compared with these clips." in text_of(metrics)
    # The votes were for motif. The agreement uses seed 2; the mean over both seeds has a spread.
    assert row(metrics, "First frame MSE")[0] == "100.0"
    assert "11.0 ± 12.7" in metrics.replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert [each["seed_sd"] for each in means if each["side"] == "motif@two"] == [
        pytest.approx(12.7279, 1e-4)
    ]
    assert row(pair, "First frame MSE") == ["2.0", "7.5"]
