"""A votes table is counted, or refused with the number of the wrong row."""

import pandas as pd
import pytest

from benchmark.protocol import VoteStatus
from benchmark.stats.tallies import Tallies
from benchmark.tables import TableError
from benchmark.votes.columns import VOTE_COLUMNS
from benchmark.votes.rows import parse_votes
from benchmark.votes.validate import count_votes, missing_column_remarks
from tests.benchmark.made_votes import panel, table, table_of, vote, votes_of

MINIMAL = [
    "matchup",
    "pair",
    "chosen",
    "status",
    "image_alignment",
    "text_alignment",
    "object_motion",
    "overall_quality",
]


def test_a_made_row_has_exactly_the_contracts_columns() -> None:
    assert tuple(vote()) == VOTE_COLUMNS


def test_columns_become_codes_of_what_counts() -> None:
    votes = votes_of(
        table(
            [
                vote(annotator="bob", left="cinemo", chosen="cinemo", ticked=["object_motion"]),
                vote(annotator="alice", decision_ms=None),
                vote(annotator="alice", pair="golf1_miss", status="withdrawn"),
            ]
        )
    )
    assert votes.annotators == ("alice", "bob")
    assert votes.annotator.tolist() == [1, 0]
    assert votes.pairs == ("golf1_putt",)
    assert votes.chose_reference.tolist() == [False, True]
    assert votes.reasons.tolist() == [[False, False, True, False], [False] * 4]
    assert votes.reference_left.tolist() == [0, 1]
    assert votes.decision_ms.tolist() == [4000, -1]
    assert votes.left_out == {VoteStatus.WITHDRAWN: 1}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"status": "deleted"}, 'row 3, column status: The status "deleted" is unknown. It is one of valid'),
        ({"status": ""}, "row 3, column status: The cell is empty"),
        ({"chosen": "seine"}, 'row 3, column chosen: "seine" is neither "motif" nor "cinemo"'),
        ({"chosen": None}, "row 3, column chosen: The cell is empty"),
        ({"left": "seine"}, 'row 3, column left: "seine" is neither'),
        ({"right": "motif"}, "row 3: Left and right are the same"),
        ({"other": "motif"}, 'row 3: Both sides are "motif"'),
        ({"pair": None}, "row 3, column pair: The cell is empty"),
        ({"image_alignment": 2}, 'row 3, column image_alignment: "2(.0)?" is not 0 or 1'),
        ({"image_alignment": None}, "row 3, column image_alignment: The cell is empty. Write 0 or 1"),
        ({"decision_ms": "soon"}, 'row 3, column decision_ms: "soon" is not a whole number'),
        ({"decision_ms": -5}, 'row 3, column decision_ms: "-5" is not a whole number'),
        ({"study": "another"}, 'row 3, column study: The study is "another"; in the first row it is "demo"'),
        (
            {"other": "seine", "right": "seine"},
            'row 3, column matchup: "motif" and "seine" are not the sides of matchup "motif:cinemo"',
        ),
        (
            {"image": "golf2"},
            'row 3, column image: "golf2" differs from the image of pair "golf1_putt"',
        ),
        ({"scenario": "tide"}, 'row 3, column scenario: "tide" differs'),
        (
            {"annotator": "alice"},
            'row 3, column annotator: "alice" has another counted vote',
        ),
    ],
)
def test_a_wrong_row_is_named(wrong: dict[str, object], sentence: str) -> None:
    rows = [vote(annotator="alice"), vote(annotator="bob"), vote(annotator="charlie") | wrong]
    with pytest.raises(TableError, match=sentence):
        votes_of(table(rows))


@pytest.mark.parametrize("name", ["motif :cinemo", "MotiF:cinemo", "motif: Cinemo"])
def test_a_matchup_whose_name_is_written_in_two_ways_is_refused(name: str) -> None:
    rows = [vote(annotator="alice"), vote(annotator="bob", matchup=name)]

    with pytest.raises(TableError, match=r"row [12], column matchup: .* are names of one matchup"):
        votes_of(table(rows))


def test_a_side_that_looks_like_a_side_in_another_column_is_refused() -> None:
    rows = [
        vote(matchup="one", reference="motif", other="a\u00a0b"),
        vote(matchup="two", reference="a b", other="seine", chosen="seine"),
    ]

    with pytest.raises(TableError, match='column other: "a\u00a0b" looks like "a b" in'):
        votes_of(table(rows))


def test_every_problem_is_listed_with_its_row_and_column() -> None:
    rows = [vote(annotator="alice") | {"status": "new"}, vote(annotator="bob"), vote() | {"chosen": "seine"}]
    with pytest.raises(TableError) as error:
        votes_of(table(rows))
    assert [(problem.line, problem.column) for problem in error.value.found] == [(1, "status"), (3, "chosen")]
    assert str(error.value).startswith("votes has 2 problems:")


def test_a_completely_wrong_column_is_reported_in_a_few_lines() -> None:
    rows = [vote(annotator=f"a{index}") | {"status": "new"} for index in range(30)]
    with pytest.raises(TableError, match="and 20 more"):
        votes_of(table(rows))


def test_a_second_vote_that_does_not_count_is_no_duplicate() -> None:
    votes = votes_of(table([vote(), vote(status="superseded"), vote(pair="golf1_miss")]))
    assert len(votes) == 2


def test_an_empty_table_and_missing_columns_are_refused() -> None:
    with pytest.raises(TableError, match="has no rows"):
        votes_of(table([vote()]).head(0))
    with pytest.raises(TableError, match="has no columns pair, status"):
        votes_of(table([vote()]).drop(columns=["pair", "status"]))
    with pytest.raises(TableError, match="reference and other, or left and right"):
        votes_of(table([vote()]).drop(columns=["reference", "left"]))


@pytest.mark.parametrize("sides", [["reference", "other"], ["left", "right"]])
def test_the_minimal_columns_are_enough(sides: list[str]) -> None:
    whole = table(
        [vote(left="cinemo"), vote(annotator="bob", chosen="cinemo"), vote(annotator="eve", left="cinemo")]
    )
    votes = votes_of(whole[[*MINIMAL, *sides]])
    assert [(m.reference, m.other) for m in votes.matchups] == [("motif", "cinemo")]
    assert votes.chose_reference.tolist() == [True, False, True]
    assert (votes.images, votes.annotators, votes.matchups[0].study) == ((), (), None)


def test_without_reference_the_name_of_the_matchup_says_it_else_the_alphabet() -> None:
    left_right = [*MINIMAL, "left", "right"]
    named = table([vote(reference="motif2", other="motif", left="motif")])[left_right]
    unnamed = table([vote(matchup="table 2", left="motif")])[left_right]
    assert votes_of(named).matchups[0].reference == "motif2"
    assert votes_of(unnamed).matchups[0].reference == "cinemo"


def test_the_effect_of_a_missing_column_is_stated() -> None:
    remarks = missing_column_remarks(table_of(table([vote()]).drop(columns=["annotator", "image"])))
    assert [remark.split(":")[0] for remark in remarks] == ["No column image", "No column annotator"]
    assert missing_column_remarks(table_of(table([vote()]))) == []


def test_imported_votes_count_only_where_no_vote_is_valid() -> None:
    elsewhere = votes_of(table([vote(status="imported"), vote(annotator="bob", status="gold")]))
    assert (len(elsewhere), elsewhere.counted) == (1, VoteStatus.IMPORTED)
    mixed = votes_of(table([vote(), vote(annotator="bob", status="imported")]))
    assert (len(mixed), mixed.counted, mixed.left_out) == (1, VoteStatus.VALID, {VoteStatus.IMPORTED: 1})


def test_votes_of_a_judge_count_only_in_a_table_without_other_votes() -> None:
    judge = vote(annotator="automatic-judge", status="automatic")

    alone = votes_of(table([judge, vote(annotator="bob", status="gold")]))
    beside_people = votes_of(table([judge, vote()]))
    beside_imported = votes_of(table([judge, vote(annotator="bob", status="imported")]))

    assert (len(alone), alone.counted) == (1, VoteStatus.AUTOMATIC)
    assert (len(beside_people), beside_people.counted) == (1, VoteStatus.VALID)
    assert (len(beside_imported), beside_imported.counted) == (1, VoteStatus.IMPORTED)
    assert beside_people.left_out == beside_imported.left_out == {VoteStatus.AUTOMATIC: 1}


def test_a_table_without_any_counting_vote_has_no_matchup() -> None:
    votes = votes_of(table([vote(status="pilot")]))
    assert (len(votes), votes.matchups) == (0, ())


def test_flags_may_be_booleans_and_columns_categories() -> None:
    frame = table([vote(ticked=["text_alignment"]), vote(annotator="bob")])
    frame["text_alignment"] = frame["text_alignment"].astype(bool)
    frame = frame.astype({"chosen": "category", "matchup": "category", "status": "category"})
    assert votes_of(frame).reasons[:, 1].tolist() == [True, False]


def test_gold_votes_may_have_other_sides_under_the_same_matchup() -> None:
    gold = vote(status="gold", matchup="motif:cinemo", other="static", annotator="bob")
    assert len(votes_of(table([vote(), gold]))) == 1


def test_rows_in_any_order_give_the_same_tallies() -> None:
    rows = [*panel(for_reference=3, for_other=2, pair="p2"), *panel(for_reference=0, for_other=5, pair="p1")]
    rows += panel(for_reference=5, for_other=0, other="animate")
    forward, backward = votes_of(table(rows)), votes_of(table(rows[::-1]))
    assert forward.matchups == backward.matchups
    assert forward.pairs == backward.pairs
    one, other = Tallies.from_votes(forward), Tallies.from_votes(backward)
    assert one.votes_reference.tolist() == other.votes_reference.tolist() == [5, 0, 3]


def test_a_frame_with_an_odd_index_is_read_by_position() -> None:
    frame = table([vote(), vote(annotator="bob")])
    frame.index = pd.Index([7, 7])
    assert len(votes_of(frame)) == 2


def test_excluded_votes_count_where_both_results_are_wanted() -> None:
    frame = table([vote(), vote(annotator="bob", status="excluded"), vote(annotator="eve", status="gold")])
    rows = parse_votes(table_of(frame))
    reported, with_excluded = count_votes(rows), count_votes(rows, with_excluded=True)
    assert (len(reported), len(with_excluded)) == (1, 2)
    assert reported.left_out == {VoteStatus.EXCLUDED: 1, VoteStatus.GOLD: 1}
    assert with_excluded.left_out == {VoteStatus.GOLD: 1}


def test_categories_that_do_not_occur_leave_no_trace() -> None:
    frame = table([vote(), vote(annotator="bob")])
    for column in ("study", "matchup", "pair", "chosen", "status", "annotator"):
        occurring = frame[column].unique().tolist()
        frame[column] = pd.Categorical(frame[column], categories=["nowhere", *occurring])
    votes = votes_of(frame)
    assert (votes.pairs, votes.annotators) == (("golf1_putt",), ("alice", "bob"))
    assert votes.matchups[0].study == "demo"
