"""The regression of the votes on properties of the clips, as printed on the metrics page."""

from app.results.views.metric_tables import covariate_part, metric_sentence
from benchmark.exports.metric_agreement_files import AgreementDocument
from benchmark.votes.covariates import CovariateRow, CovariateTable


def test_the_regression_is_printed_with_its_counts_and_remarks() -> None:
    row = CovariateRow("file size", "twice the bytes", 40, 200, 12, 1.5, 1.1, 2.2, 0.0104)
    document = AgreementDocument((), CovariateTable((row,), ("Length is left out.",)), {})

    part = covariate_part(document)

    assert part is not None
    (line,) = part.lines
    assert (line.title, line.unit, line.odds_ratio) == ("File size", "twice the bytes", "1.50")
    assert (line.interval, line.p_value) == ("[1.10, 2.20]", "0.010")
    assert part.counts == "200 votes on 40 comparisons of 12 images."
    assert part.remarks == ("Length is left out.",)
    assert metric_sentence(document) == ""
