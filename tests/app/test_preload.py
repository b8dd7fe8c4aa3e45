"""Shortly after the start, the server builds the newest results pages and compiles all templates."""

import time
from dataclasses import replace

from app.assets import Assets
from app.preload import preloaded_pages
from app.rendering import Pages
from tests.app.results.page_voters import fill_panels, signed_in
from tests.app.results.test_pages import RESULTS
from tests.cast import Cast, Study
from tests.statements import Statement, recorded_statements


def votes_read(statements: list[Statement]) -> list[object]:
    """Return, for each query on the study's votes, the id after which the query reads."""
    return [each.parameters[-1] for each in statements if "votes.id >" in each.sql]


def test_the_first_page_reads_no_vote_that_was_read_in_advance(cast: Cast, study: Study) -> None:
    fill_panels(study, people=1)
    alice = signed_in(cast.context, cast.alice)

    with recorded_statements() as statements:
        with preloaded_pages(cast.context, delay_s=0):
            deadline = time.monotonic() + 60
            while not votes_read(statements) and time.monotonic() < deadline:
                time.sleep(0.02)
        assert alice.get(RESULTS).status_code == 200

    assert votes_read(statements) == [0, 12]


def test_all_templates_are_compiled_in_advance(cast: Cast) -> None:
    pages = Pages(Assets.load())
    wanted, compiled = pages.environment.list_templates(), pages.environment.cache
    assert compiled is not None

    with preloaded_pages(replace(cast.context, pages=pages), delay_s=0):
        deadline = time.monotonic() + 60
        while len(compiled) < len(wanted) and time.monotonic() < deadline:
            time.sleep(0.02)

    assert {name for _, name in compiled} == set(wanted)
