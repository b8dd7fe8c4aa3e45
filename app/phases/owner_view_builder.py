"""Builds the page on which an owner sets up the pages around the voting."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.errors import Invalid, InvalidFields
from app.panels.allocation import study_allocation
from app.panels.phases import study_phases
from app.panels.protocol import newest_protocol
from app.panels.quality import study_rules
from app.phases.owner_forms import CrowdFields, CrowdSettings, crowd_fields, parse_crowd_form
from app.phases.owner_languages import LanguageFields, language_fields, language_lines
from app.phases.owner_view_models import CrowdPage, CrowdPreview
from app.platforms.links import link_template
from app.platforms.service import study_platform
from app.platforms.sessions import count_unverified
from app.tables.studies import Study
from benchmark.protocol import StudyStatus
from benchmark.wire.allocation import Allocation


def crowd_page(
    session: Session,
    study: Study,
    *,
    address: str,
    fields: CrowdFields | None = None,
    languages: LanguageFields | None = None,
    revision: int | None = None,
    text: str = "",
    problem: str = "",
    problems: Mapping[str, str] | None = None,
    changes: Sequence[str] = (),
) -> CrowdPage:
    """Return the page with the stored settings, or with submitted fields.

    Args:
        address: the public address of the service.
        revision: the revision of the draft that the submitted fields change; None for the stored revision.
    """
    platform = study_platform(study)
    protocol = newest_protocol(session, study)
    stored = crowd_fields(
        CrowdSettings(study_phases(study), study_rules(study), _allocation(study), platform)
    )
    return CrowdPage(
        study_slug=study.slug,
        study_title=study.title,
        is_draft=study.status is StudyStatus.DRAFT,
        revision=revision or study.revision,
        version=protocol.version if protocol else None,
        fields=fields or stored,
        preview=crowd_preview(fields or stored),
        language_fields=languages or language_fields(study),
        language_lines=language_lines(study),
        join_link=link_template(platform, f"{address}/studies/{study.slug}/join") if platform.kind else None,
        unverified=count_unverified(session, study),
        text=text or _as_json(study),
        problem=problem,
        problems=problems or {},
        changes=tuple(changes),
    )


def crowd_preview(fields: CrowdFields) -> CrowdPreview:
    try:
        return CrowdPreview(parse_crowd_form(fields).phases)
    except InvalidFields as error:
        return CrowdPreview(None, wrong=len(error.fields))
    except Invalid:
        return CrowdPreview(None, wrong=1)


def _allocation(study: Study) -> Allocation | None:
    return study_allocation(study) if study.allocation is not None else None


def _as_json(study: Study) -> str:
    """Return the phases, rules and allocation as JSON text that the form can import again.

    The text does not contain the completion codes.
    """
    given = {
        "phases": study_phases(study),
        "rules": study_rules(study),
        "allocation": _allocation(study),
    }
    stored = {
        name: each.model_dump(mode="json", exclude_defaults=True)
        for name, each in given.items()
        if each is not None
    }
    return json.dumps(stored, indent=2, ensure_ascii=False)
