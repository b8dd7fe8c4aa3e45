"""Simulated annotators vote in a copy of a study: panels fill, and dishonest annotators are flagged."""

import hashlib
import json
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from sqlalchemy import insert, inspect, select

from app.context import AppContext
from app.tables.base import Base
from app.tables.bench import Pair
from app.tables.submissions import Clip
from benchmark.cli.main import main
from benchmark.protocol import WatchGate
from benchmark.wire.drafts import GoldRequest
from benchmark.wire.rules import Rules
from tests.app.phases.conftest import PHASES
from tests.app.voting.test_gold import with_gold
from tests.cast import Cast

RULES = Rules.model_validate(
    {
        "repeats": 10,
        "gold": {"action": "exclude"},
        "consistency": {"action": "exclude"},
        "watching": {"action": "exclude"},
        "speed": {"action": "exclude"},
        "side": {"action": "exclude"},
        "straight_reasons": {"action": "exclude"},
    }
)
DISHONEST = {"random", "always-left", "instant", "replay", "gold-only"}
HONEST = {"expert", "careful", "average"}
Found = dict[str, dict[str, int]]
Simulate = Callable[..., Found]


def add_pairs(cast: Cast, count: int, *, gold: int) -> None:
    """Add pairs with copies of the first pair's clips to the benchmark; `gold` of them are gold questions."""
    with cast.context.database.write() as session:
        first = session.scalars(select(Pair).order_by(Pair.id)).first()
        assert first is not None
        clips = session.scalars(select(Clip).where(Clip.pair_id == first.id)).all()
        for number in range(count):
            tags = {"gold": "gold", "gold_against": "static"} if number < gold else {}
            values = _values(first) | {
                "name": f"more{number}_it_rises",
                "position": 100 + number,
                "tags": tags,
            }
            pair_id = session.execute(insert(Pair).values(values)).inserted_primary_key[0]
            session.execute(insert(Clip), [_values(clip) | {"pair_id": pair_id} for clip in clips])


def _values(row: Base) -> dict[str, object]:
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs if each.key != "id"}


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


@pytest.fixture
def simulate(
    context: AppContext, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Simulate:
    """Run `ti2v study simulate` on the study `crowd`; return its JSON, with the profiles by name."""
    monkeypatch.setenv("TI2V_HOME", str(context.settings.home))

    def _simulate(*arguments: str) -> Found:
        capfd.readouterr()
        code = main(["study", "simulate", "crowd", "--format", "json", *arguments])
        output, errors = capfd.readouterr()
        assert code == 0, errors
        found = json.loads(output)
        return {row["profile"]: row for row in found["profiles"]} | {"comparisons": found["comparisons"]}

    return _simulate


def open_crowd_study(cast: Cast, *, shown: int, rules: Rules, **changes: object) -> None:
    cast.open_study(
        "crowd",
        others=["cinemo"],
        **{"watch_gate": WatchGate.DELIVERED, "gold": GoldRequest(count=10)}
        | {"comparisons_per_annotator": shown, "rules": rules}
        | changes,
    )


def undetected(found: Found, names: Collection[str]) -> dict[str, int]:
    """Return for each profile how many annotators stayed, passed the quiz and were not flagged."""
    rows = {name: found[name] for name in names}
    return {
        name: missing
        for name, row in rows.items()
        if (missing := row["annotators"] - row["left"] - row["screened out"] - row["flagged"]) > 0
    }


def test_a_small_crowd_fills_the_panels_and_leaves_the_study_as_it_was(
    cast: Cast, context: AppContext, simulate: Simulate
) -> None:
    with_gold(cast)
    add_pairs(cast, 20, gold=8)
    rules = RULES.model_copy(update={"repeats": 2})
    open_crowd_study(
        cast, shown=24, rules=rules, phases=PHASES, gold=GoldRequest(count=3), votes_per_comparison=1
    )
    before = digests(context.settings.home)

    found = simulate(
        *(f"--people={each}" for each in ("expert=3", "instant=1", "replay=1")), "--abandon", "0.2"
    )

    assert digests(context.settings.home) == before
    assert found["comparisons"] == {"full": 26, "short": 0, "over": 0}
    assert (found["replay"]["votes"], found["expert"]["flagged"]) == (0, 0)
    assert undetected(found, ("instant", "replay")) == {}


def test_an_unknown_profile_is_refused(
    cast: Cast, context: AppContext, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["study", "simulate", "crowd", "--people", "genius=3"]) == 2
    assert "genius=3 is not a number of annotators." in capfd.readouterr().err


@pytest.mark.full_size
def test_sixty_annotators_over_320_comparisons(cast: Cast, simulate: Simulate) -> None:
    with_gold(cast)
    add_pairs(cast, 314, gold=60)
    # An annotator who watches both clips and then tosses a coin is found by gold questions only, and the test
    # of the rule needs about 20 of them.
    open_crowd_study(cast, shown=120, rules=RULES, gold=GoldRequest(share=0.5))

    found = simulate("--abandon", "0.3")

    assert found["comparisons"] == {"full": 320, "short": 0, "over": 0}
    assert undetected(found, DISHONEST) == {}
    assert sum(found[name]["flagged"] for name in HONEST) == 0


@pytest.mark.full_size
def test_at_most_one_percent_of_a_thousand_honest_annotators_are_flagged(
    cast: Cast, simulate: Simulate
) -> None:
    with_gold(cast)
    add_pairs(cast, 114, gold=20)
    rules = RULES.model_copy(update={"repeats": 5})
    open_crowd_study(cast, shown=24, rules=rules, votes_per_comparison=99, watch_gate=WatchGate.OFF)

    found = simulate("--people=expert=330", "--people=careful=340", "--people=average=330", "--abandon", "0")

    assert sum(found[name]["flagged"] for name in HONEST) <= 10
