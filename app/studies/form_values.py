"""Fills the form of a study with the values of a stored study."""

from collections.abc import Mapping
from dataclasses import replace

from app.studies.forms import Comparisons, StudyFields
from benchmark.wire.drafts import StudyRequest
from benchmark.wire.translations import kept_translations

# The fields of a draft that the form does not show.
_HIDDEN = ("phases", "rules", "allocation", "language", "languages")


def fields_of(request: StudyRequest, names: Mapping[str, str]) -> StudyFields:
    """Return the form's fields for a study.

    Args:
        names: for each submission that the form offers, the name that tables use.
    """
    matchups = [(each.reference, each.other) for each in request.matchups]
    sides = tuple(dict.fromkeys(side for matchup in matchups for side in matchup))
    reference = matchups[0][0] if matchups else ""
    gold, pay = request.gold, request.hourly_pay
    fields = StudyFields(
        benchmark=request.benchmark,
        title=request.title,
        slug=request.slug,
        sides=sides,
        reference=reference,
        matchup_list="\n".join(":".join(names.get(side, side) for side in matchup) for matchup in matchups),
        votes_per_comparison=str(request.votes_per_comparison),
        comparisons_per_annotator=str(request.comparisons_per_annotator or ""),
        gold="" if gold is None else str(gold.count) if gold.count else f"{round(100 * (gold.share or 0))} %",
        renditions=request.renditions,
        require_justification=request.require_justification,
        instructions=request.instructions,
        watch_gate=request.watch_gate,
        lease_s=str(request.lease_s),
        pay_per_hour=f"{pay.per_hour:.2f}" if pay else "",
        currency=pay.currency if pay else "",
        fee_percent=str(pay.fee_percent) if pay and pay.fee_percent else "",
    )
    rules = (replace(fields, comparisons=rule) for rule in (Comparisons.REFERENCE, Comparisons.ROUND_ROBIN))
    of_rule = next((each for each in rules if list(each.matchups) == matchups), None)
    return of_rule or replace(fields, comparisons=Comparisons.LIST)


def with_hidden_fields(request: StudyRequest, before: StudyRequest) -> StudyRequest:
    """Return the request with the hidden fields added: phases, rules, languages, seeds of sides."""
    kept = {(each.reference, each.other): each for each in before.matchups}
    matchups = [kept.get((each.reference, each.other), each) for each in request.matchups]
    hidden = {name: getattr(before, name) for name in _HIDDEN}
    translations = kept_translations(before.translations, request.title, request.instructions, before.phases)
    return request.model_copy(update={"matchups": matchups, "translations": translations, **hidden})
