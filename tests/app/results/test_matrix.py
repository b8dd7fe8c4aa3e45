"""The matrix of models, for studies in which several models are references."""

import re

from app.clock import utc_now
from app.studies import service as studies
from benchmark.protocol import WatchGate
from benchmark.wire.drafts import MatchupRequest, StudyRequest
from tests.app.results.page_voters import fill_panels, signed_in
from tests.cast import Cast, Study

PAGE = "/studies/round/results"


def open_round_robin(cast: Cast) -> Study:
    """Open a study with all matchups of three models; no model is the reference of every matchup."""
    sides = [("motif", "cinemo"), ("cinemo", "dynamicrafter"), ("dynamicrafter", "motif")]
    request = StudyRequest(
        slug="round",
        title="Round robin",
        benchmark="tiny",
        matchups=[
            MatchupRequest(reference=cast.submission_ids[one], other=cast.submission_ids[two])
            for one, two in sides
        ],
        watch_gate=WatchGate.OFF,
        seed=7,
    )
    now = utc_now()
    with cast.context.database.write() as session:
        study = studies.create_study(session, request=request, principal=cast.alice.principal, now=now)
        studies.open_study(session, study=study, principal=cast.alice.principal, now=now)
    return Study("round", cast.context)


def test_both_directions_of_a_matchup_add_up_to_all_pairs(cast: Cast) -> None:
    fill_panels(open_round_robin(cast), people=1)

    page = signed_in(cast.context, cast.alice).get(PAGE).text

    assert 'aria-label="100 % of 6 pairs"' in page
    assert 'aria-label="0 % of 6 pairs"' in page
    matrix = page.split('id="matrix"')[1].split("</table>")[0]
    assert len(re.findall(r'href="results/\d"', matrix)) == 6
    assert page.index('id="matrix"') < page.index('id="figure-1"')


def test_a_study_of_one_reference_has_no_matrix(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)

    page = signed_in(cast.context, cast.alice).get("/studies/motif-study/results").text

    assert 'id="matrix"' not in page
