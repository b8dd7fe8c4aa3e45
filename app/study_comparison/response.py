"""Builds the response of the REST API and the CSV file of a comparison of two studies."""

from collections.abc import Iterator

from app.study_comparison.service import ComparedStudies, SharedModel
from benchmark.exports.csv_json import csv_chunks
from benchmark.stats.rounding import without_noise
from benchmark.stats.study_comparison import StudyComparison
from benchmark.wire.study_comparison import ComparedMatchup, ComparedModel, StudyComparisonResponse

DIGITS = 4


def comparison_response(compared: ComparedStudies) -> StudyComparisonResponse:
    return StudyComparisonResponse(
        first=compared.first.study.slug,
        second=compared.second.study.slug,
        interim=compared.is_interim,
        matchups=[_matchup(each) for each in compared.matchups],
        models=[_model(each) for each in compared.models],
        spearman=_rounded(compared.spearman),
        kendall=_rounded(compared.kendall),
    )


def csv_of(compared: ComparedStudies) -> Iterator[bytes]:
    """Yield the shared matchups as a CSV table; the columns are the fields of `ComparedMatchup`."""
    columns = ("first", "second", *ComparedMatchup.model_fields)
    slugs = [compared.first.study.slug, compared.second.study.slug]
    rows = ([*slugs, *_matchup(each).model_dump().values()] for each in compared.matchups)
    return csv_chunks(columns, rows)


def _matchup(row: StudyComparison) -> ComparedMatchup:
    pairs, measured = row.compared, row.agreement
    return ComparedMatchup(
        reference=row.shared.reference,
        other=row.shared.other,
        same_clips=row.shared.same_clips,
        first_score=row.first.share,
        first_low=row.first.low,
        first_high=row.first.high,
        first_pairs=row.first.pairs_decided,
        first_votes=row.first.votes,
        second_score=row.second.share,
        second_low=row.second.low,
        second_high=row.second.high,
        second_pairs=row.second.pairs_decided,
        second_votes=row.second.votes,
        difference=row.difference,
        pairs=pairs.pairs,
        both=pairs.both,
        only_first=pairs.only_first,
        only_second=pairs.only_second,
        neither=pairs.neither,
        p_value=row.p_value,
        p_holm=row.p_holm,
        agreement=measured.percent_agreement,
        agreement_low=measured.percent_agreement_low,
        agreement_high=measured.percent_agreement_high,
        gwet_ac1=measured.gwet_ac1,
        gwet_ac1_low=measured.gwet_ac1_low,
        gwet_ac1_high=measured.gwet_ac1_high,
    )


def _model(each: SharedModel) -> ComparedModel:
    assert each.first.strength is not None
    assert each.second.strength is not None
    return ComparedModel(
        model=each.model,
        first_rank=each.first.rank,
        first_strength=each.first.strength,
        first_low=each.first.strength_low,
        first_high=each.first.strength_high,
        second_rank=each.second.rank,
        second_strength=each.second.strength,
        second_low=each.second.strength_low,
        second_high=each.second.strength_high,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(without_noise(value), DIGITS)
