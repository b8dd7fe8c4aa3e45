"""Builds the page that compares two studies."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.panels.side_names import Naming
from app.results.service import StudyResults
from app.security.identity import Principal
from app.studies.queries import StudyFilter, visible_studies
from app.study_comparison.service import ComparedStudies, SharedModel
from app.study_comparison.view_models import (
    ComparedStudy,
    ComparisonPart,
    MatchupRow,
    ModelRow,
    StudyChoice,
)
from benchmark.exports.printed_cells import (
    KAPPA_DECIMALS,
    PERCENT_DECIMALS,
    STRENGTH_DECIMALS,
    interval_cell,
    number_cell,
    p_cell,
    plain_cell,
)
from benchmark.protocol import StudyStatus
from benchmark.stats.number_format import printed_number
from benchmark.stats.study_comparison import StudyComparison


def study_choices(session: Session, principal: Principal) -> tuple[StudyChoice, ...]:
    """Return the studies with results that a person sees, newest first."""
    return tuple(
        StudyChoice(each.slug, each.title)
        for each in visible_studies(session, principal, StudyFilter())
        if each.status is not StudyStatus.DRAFT
    )


def comparison_part(session: Session, compared: ComparedStudies) -> ComparisonPart:
    naming = Naming.of(session, [each.shared for each in compared.matchups])
    return ComparisonPart(
        first=_study(compared.first),
        second=_study(compared.second),
        is_interim=compared.is_interim,
        matchups=tuple(_matchup(each, naming) for each in compared.matchups),
        models=tuple(_model(each, naming) for each in compared.models),
        correlation=_correlation(compared),
    )


def _study(results: StudyResults) -> ComparedStudy:
    study, tallies = results.study, results.counted.tallies
    return ComparedStudy(study.slug, study.title, study.status, int(tallies.votes.sum()))


def _matchup(row: StudyComparison, naming: Naming) -> MatchupRow:
    measured = row.agreement
    return MatchupRow(
        name=f"{naming.side(row.shared.reference)} / {naming.side(row.shared.other)}",
        same_clips=row.shared.same_clips,
        first=number_cell(row.first.share, PERCENT_DECIMALS),
        first_interval=interval_cell(row.first.low, row.first.high),
        second=number_cell(row.second.share, PERCENT_DECIMALS),
        second_interval=interval_cell(row.second.low, row.second.high),
        difference=_signed(row.difference),
        pairs=row.compared.pairs,
        p_value=p_cell(row.p_holm),
        agreement=number_cell(measured.percent_agreement, PERCENT_DECIMALS),
        gwet_ac1=number_cell(measured.gwet_ac1, KAPPA_DECIMALS),
    )


def _signed(difference: float | None) -> str:
    if difference is None or difference <= 0:
        return number_cell(difference, PERCENT_DECIMALS)
    return f"+{printed_number(difference, PERCENT_DECIMALS)}"


def _model(each: SharedModel, naming: Naming) -> ModelRow:
    first, second = each.first, each.second
    return ModelRow(
        name=naming.side(each.model),
        first_rank=plain_cell(first.rank),
        first_strength=number_cell(first.strength, STRENGTH_DECIMALS),
        first_interval=interval_cell(first.strength_low, first.strength_high, STRENGTH_DECIMALS),
        second_rank=plain_cell(second.rank),
        second_strength=number_cell(second.strength, STRENGTH_DECIMALS),
        second_interval=interval_cell(second.strength_low, second.strength_high, STRENGTH_DECIMALS),
    )


def _correlation(compared: ComparedStudies) -> str:
    values: Sequence[float | None] = (compared.spearman, compared.kendall)
    if None in values:
        return ""
    spearman, kendall = (number_cell(value, STRENGTH_DECIMALS) for value in values)
    return (
        f"Over {len(compared.models)} models, the strengths of the two studies correlate with Spearman "
        f"{spearman} and Kendall {kendall}."
    )
