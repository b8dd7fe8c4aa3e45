"""Builds the form of a study, and the estimate beside it."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.benchmarks.service import newest_benchmarks
from app.media.rendition_losses import rendition_losses
from app.panels.allocation import study_allocation
from app.panels.side_names import Naming
from app.panels.sides import matchup_sides
from app.security.identity import Principal
from app.studies.allocation import allocated_pairs, pairs_of_scenarios
from app.studies.change_view_models import OpenPage
from app.studies.checks import MatchupCheck, clip_forms, differences, loss_sentences_of
from app.studies.drafts import draft_request
from app.studies.estimate import estimate_study
from app.studies.form_values import fields_of
from app.studies.form_view_models import BenchmarkChoice, EstimatePart, StudyFormPage, rendition_options
from app.studies.forms import StudyFields
from app.studies.sides import SideChoice, pairs_of_sides, side_choices, side_names
from app.tables.bench import Benchmark
from app.tables.studies import Study
from benchmark.protocol import RenditionRecipe


def study_form_page(
    session: Session,
    principal: Principal,
    fields: StudyFields,
    *,
    study: Study | None = None,
    problem: str = "",
    problems: Mapping[str, str] | None = None,
    changes: Sequence[str] = (),
    source: Study | None = None,
) -> StudyFormPage:
    """Return the form with these fields, for a new study, the draft `study`, or a copy of `source`."""
    benchmarks = newest_benchmarks(session, principal=principal)
    chosen = _chosen(session, benchmarks, fields.benchmark, study)
    sides = side_choices(session, chosen, principal) if chosen else ()
    fields = fields.on(chosen.slug if chosen else "", {side.public_id for side in sides})
    return StudyFormPage(
        benchmarks=tuple(BenchmarkChoice(each.slug, each.title) for each in benchmarks),
        sides=sides,
        fields=fields,
        part=estimate_part(session, fields, sides, chosen, study or source),
        problem=problem,
        problems=problems,
        changes=tuple(changes),
        copied=source.slug if source else "",
        draft=study.slug if study else None,
        revision=study.revision if study else None,
    )


def stored_fields(session: Session, principal: Principal, study: Study) -> StudyFields:
    """Return the fields of the form for a stored study."""
    benchmark = session.get_one(Benchmark, study.benchmark_id)
    sides = side_choices(session, benchmark, principal)
    return fields_of(draft_request(session, study), {side.public_id: side.table_name for side in sides})


def estimate_part(
    session: Session,
    fields: StudyFields,
    sides: Sequence[SideChoice],
    benchmark: Benchmark | None,
    stored: Study | None,
) -> EstimatePart:
    """Return the estimate for the fields, and the differences between the sides of each matchup.

    Args:
        stored: the study from which the new study or draft takes its scenarios, which the form does not show.
    """
    counts = fields.counts
    ids = {side.table_name: side.public_id for side in sides} | {
        side.public_id: side.public_id for side in sides
    }
    if (
        counts is None
        or benchmark is None
        or not all(side in ids for each in fields.matchups for side in each)
    ):
        return EstimatePart(None)
    matchups = [(ids[reference], ids[other]) for reference, other in fields.matchups]
    pairs = pairs_of_sides(session, {side for each in matchups for side in each})
    scenarios = study_allocation(stored).scenarios if stored else None
    allocated = pairs_of_scenarios(session, benchmark.id, scenarios)
    pairs = {side: ids & allocated for side, ids in pairs.items()}
    estimate = estimate_study(
        matchups,
        pairs,
        votes_per_comparison=counts[0],
        comparisons_per_annotator=counts[1],
        gold=fields.gold_request,
        pay=fields.pay,
    )
    return EstimatePart(estimate, _checks(session, fields, matchups, sides, pairs, len(allocated)))


def open_page(session: Session, study: Study) -> OpenPage:
    """Return the page that an owner sees before a draft opens.

    The page states what the renditions leave out of the clips, computed over all pairs of the stored
    matchups.
    """
    request = draft_request(session, study)
    matchups = [(each.reference, each.other, each.renditions) for each in request.matchups]
    ids = {side for each in request.matchups for side in (each.reference, each.other)}
    pairs, forms = pairs_of_sides(session, ids), clip_forms(session, ids)
    allocated = allocated_pairs(session, study)
    losses = rendition_losses(session, [study])
    naming_rows = matchup_sides(session, study)
    naming = Naming.of(session, naming_rows)
    rows = {each.name: each for each in naming_rows}
    names = side_names(session, ids)
    checks = []
    for reference, other, renditions in matchups:
        row = rows[f"{names[reference]}:{names[other]}"]
        common = len(allocated & pairs.get(reference, frozenset()) & pairs.get(other, frozenset()))
        checks.append(
            MatchupCheck(
                naming.side(row.reference),
                naming.side(row.other),
                pairs=common,
                missing=len(allocated) - common,
                differences=differences(forms.get(reference, ()), forms.get(other, ())),
                losses=tuple(
                    loss.sentence(naming.side(row.name_of(loss.side))) for loss in losses.get(row.id, ())
                ),
                renditions=renditions,
            )
        )
    return OpenPage(
        study_slug=study.slug,
        study_title=study.title,
        checks=tuple(checks),
        renditions=rendition_options(study.renditions),
        judgements=sum(each.pairs for each in checks) * study.votes_per_comparison,
        revision=study.revision,
    )


def _checks(
    session: Session,
    fields: StudyFields,
    matchups: Sequence[tuple[str, str]],
    sides: Sequence[SideChoice],
    pairs: Mapping[str, frozenset[int]],
    total: int,
) -> tuple[MatchupCheck, ...]:
    forms = clip_forms(session, {side for each in matchups for side in each})
    names = {side.public_id: side.name for side in sides}
    is_known = fields.renditions in set(RenditionRecipe)
    kind = RenditionRecipe(fields.renditions) if is_known else RenditionRecipe.REMUX
    checks = []
    for reference, other in matchups:
        common = len(pairs.get(reference, frozenset()) & pairs.get(other, frozenset()))
        both = names[reference], names[other]
        compared = forms.get(reference, ()), forms.get(other, ())
        checks.append(
            MatchupCheck(
                *both,
                pairs=common,
                missing=total - common,
                differences=differences(*compared),
                losses=loss_sentences_of(*compared, both, kind),
            )
        )
    return tuple(checks)


def _chosen(
    session: Session, benchmarks: Sequence[Benchmark], slug: str, study: Study | None
) -> Benchmark | None:
    if study is not None:
        own = session.get_one(Benchmark, study.benchmark_id)
        if slug in ("", own.slug):
            return own
    return next((each for each in benchmarks if each.slug == slug), benchmarks[0] if benchmarks else None)
