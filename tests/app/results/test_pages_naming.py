"""Pages name a submission after its model; labels appear only if two submissions have the same model."""

from tests.app.results.page_voters import signed_in
from tests.cast import Cast, make_submission


def results_of(cast: Cast) -> str:
    return signed_in(cast.context, cast.alice).get("/studies/motif-study/results").text


def submitted(cast: Cast, *, label: str) -> str:
    return make_submission(cast.context, cast.alice, model="seine", label=label)


def test_an_unnecessary_label_is_left_out(cast: Cast) -> None:
    cast.submission_ids["seine"] = make_submission(cast.context, cast.alice, model="seine", label="first")
    cast.open_study(others=["seine"])

    page = results_of(cast)

    assert ">seine</a>" in page
    assert "seine · first" not in page


def test_two_submissions_of_one_model_show_their_labels(cast: Cast) -> None:
    for label in ("short", "long"):
        cast.submission_ids[label] = make_submission(cast.context, cast.alice, model="seine", label=label)
    cast.open_study(others=["short", "long"])

    page = results_of(cast)

    assert ">seine · short</a>" in page
    assert ">seine · long</a>" in page
    matchup = signed_in(cast.context, cast.alice).get("/studies/motif-study/results/1").text
    assert "motif against seine · long" in matchup
