"""Participants of crowd platforms who join a study at the same moment."""

from concurrent.futures import ThreadPoolExecutor

from httpx2 import Response

from app.context import AppContext
from benchmark.wire.phases import Phases
from tests.app.api.conftest import client_of
from tests.app.platforms.test_join import LINK, PROLIFIC, sessions, set_platform
from tests.cast import Study, set_the_stage


def test_two_browsers_that_join_at_once_are_one_annotator(either_installation: AppContext) -> None:
    cast = set_the_stage(either_installation)
    study = cast.open_study(others=["cinemo"], phases=Phases())
    set_platform(client_of(either_installation, cast.alice), study, **PROLIFIC)
    browsers = [client_of(either_installation) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda each: each.get(f"/studies/{study.slug}/join", params=LINK), browsers))

    assert {page.status_code for page in pages} <= {200, 401}
    assert len(sessions(either_installation)) == 1
    answers = [browser.post(f"/api/v1/studies/{study.slug}/assignments") for browser in browsers]
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


def test_a_participant_joins_one_study_of_a_group_also_at_the_same_moment(
    either_installation: AppContext,
) -> None:
    cast = set_the_stage(either_installation)
    owner = client_of(either_installation, cast.alice)
    studies = [cast.open_study(slug, others=["cinemo"], phases=Phases()) for slug in ("one", "two")]
    for study in studies:
        set_platform(owner, study, **PROLIFIC, exclusion_group="motif-2026")

    def enter(study: Study) -> Response:
        return client_of(either_installation).get(f"/studies/{study.slug}/join", params=LINK)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(enter, studies))

    assert len(sessions(either_installation)) == 1
