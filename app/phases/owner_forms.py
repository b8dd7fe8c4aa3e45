"""Parses the form with which an owner sets the phases, rules, allocation and platform of a study.

A field is named by its path in the settings, such as `phases.consent.sections.0.title`. A group that the
owner can leave out, such as `phases.consent`, counts only if its checkbox `use` is ticked.
"""

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import Invalid, InvalidFields
from app.form_tree import Texts, flattened, nested, rows, with_rows
from app.phases.owner_messages import field_problems
from benchmark.wire.allocation import Allocation
from benchmark.wire.phases import Phases, QuizPhase
from benchmark.wire.platforms import Platform
from benchmark.wire.rules import Rules

Model = TypeVar("Model", bound=BaseModel)
GROUPS = (
    "phases",
    "phases.consent",
    "phases.instructions",
    "phases.quiz",
    "phases.questionnaire",
    "rules.gold",
    "rules.consistency",
    "rules.watching",
    "rules.speed",
    "rules.side",
    "rules.straight_sides",
    "rules.straight_reasons",
)
SECTIONS = "phases.consent.sections"
QUESTIONS = "phases.questionnaire.questions"
_LINES = ("statements", "options", "scenarios")
_KINDS: Mapping[str, type[BaseModel]] = {
    "phases": Phases,
    "rules": Rules,
    "allocation": Allocation,
    "platform": Platform,
}
# For each kind of question, the fields that only this kind has.
_OF_KIND = {"choice": ("options",), "number": ("minimum", "maximum"), "text": ()}
_NEW_ROWS = {
    SECTIONS: {"title": "", "text": ""},
    QUESTIONS: {
        "kind": "choice",
        "text": "",
        "key": "",
        "options": "",
        "minimum": "",
        "maximum": "",
        "required": "yes",
    },
}


@dataclass(frozen=True)
class CrowdFields:
    """The submitted texts, keyed by the paths of the fields, and the groups that the owner uses."""

    texts: Texts
    used: frozenset[str]


@dataclass(frozen=True)
class CrowdSettings:
    phases: Phases | None
    rules: Rules | None
    allocation: Allocation | None
    platform: Platform


def submitted_fields(items: Collection[tuple[str, object]]) -> CrowdFields:
    """Return the fields in a submitted form. The rows of each list are numbered from 0 without gaps."""
    texts: Texts = {
        name: value
        for name, value in items
        if isinstance(value, str) and name.partition(".")[0] in _KINDS and "." in name
    }
    for path in _NEW_ROWS:
        texts = with_rows(texts, path, rows(texts, path))
    return CrowdFields(texts, frozenset(str(value) for name, value in items if name == "use"))


def crowd_fields(settings: CrowdSettings) -> CrowdFields:
    """Return the fields of the form for stored settings. Unused groups have the default values."""
    phases = settings.phases
    given: dict[str, BaseModel] = {
        "phases": phases or Phases(),
        "rules": settings.rules or Rules(),
        "allocation": settings.allocation or Allocation(),
        "platform": settings.platform,
    }
    stored = {name: each.model_dump(mode="json") for name, each in given.items()}
    used = {group for group in GROUPS if _at(stored, group) is not None}
    if phases is None:
        used -= {group for group in GROUPS if group.startswith("phases")}
    defaults = {f"phases.quiz.{name}": text for name, text in flattened(QuizPhase().model_dump()).items()}
    texts = defaults | flattened(stored)
    for path, row in _NEW_ROWS.items():
        texts = with_rows(texts, path, [row | each for each in rows(texts, path)] or [dict(row)])
    return CrowdFields(texts, frozenset(used))


def parse_crowd_form(fields: CrowdFields) -> CrowdSettings:
    """Return the settings in the submitted texts.

    Raises:
        InvalidFields: a text is not an allowed value of its setting; the error names the paths of all such
            fields.
        Invalid: the form has an unknown field.
    """
    tree = _tree(fields)
    problems: dict[str, str] = {}
    phases = _parsed(Phases, "phases", tree, problems) if "phases" in fields.used else None
    rules = _parsed(Rules, "rules", tree, problems)
    allocation = _parsed(Allocation, "allocation", tree, problems)
    platform = _parsed(Platform, "platform", tree, problems)
    if problems:
        raise InvalidFields(problems)
    return CrowdSettings(
        phases,
        None if rules == Rules() else rules,
        None if allocation == Allocation() else allocation,
        platform or Platform(),
    )


def change_rows(fields: CrowdFields, change: str) -> CrowdFields:
    """Return the fields after the owner pressed a button: `add PATH`, `remove PATH.ROW` or `up PATH.ROW`.

    Raises:
        Invalid: the form has no such button.
    """
    verb, _, place = change.partition(" ")
    path, _, row = place.rpartition(".")
    path = place if verb == "add" else path
    if path not in _NEW_ROWS or verb not in ("add", "remove", "up"):
        raise Invalid("The form has no such button. Load the page again.", code="invalid")
    wanted = rows(fields.texts, path)
    number = int(row) if verb != "add" and row.isdecimal() else 0
    if verb == "add":
        wanted.append(dict(_NEW_ROWS[path]))
    elif verb == "remove":
        del wanted[number : number + 1]
    elif 0 < number < len(wanted):
        wanted[number - 1], wanted[number] = wanted[number], wanted[number - 1]
    return replace(fields, texts=with_rows(fields.texts, path, wanted))


def fields_of_text(fields: CrowdFields, text: str) -> CrowdFields:
    """Return the fields that a TOML or JSON text describes; other settings keep their values.

    The text contains the tables `phases`, `rules`, `allocation` and `platform`, or only the content of one of
    these tables.

    Raises:
        InvalidFields: the text is neither TOML nor JSON, or a setting is not allowed.
    """
    try:
        content = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        sentence = "This is neither TOML nor JSON. See docs/crowd-studies.md for an example."
        raise InvalidFields({"text": sentence}) from error
    if not content.keys() <= _KINDS.keys():
        content = {_kind_of(content): content}
    before = (
        parse_crowd_form(fields)
        if content.keys() != _KINDS.keys()
        else CrowdSettings(None, None, None, Platform())
    )
    models: dict[str, Any] = {}
    for name, values in content.items():
        try:
            models[name] = _KINDS[name].model_validate(values)
        except ValidationError as error:
            path, sentence = next(iter(field_problems(name, error).items()))
            raise InvalidFields({"text": f"{path}: {sentence}"}) from error
    return crowd_fields(replace(before, **models))


def _kind_of(content: Mapping[str, Any]) -> str:
    """Return the kind of settings to which all keys of a table belong; `phases` if no kind fits."""
    fitting = [name for name, kind in _KINDS.items() if content.keys() <= kind.model_fields.keys()]
    return fitting[0] if fitting else "phases"


def _tree(fields: CrowdFields) -> dict[str, Any]:
    unused = [group for group in GROUPS if group not in fields.used]
    texts = {
        path: text
        for path, text in fields.texts.items()
        if path not in GROUPS and not any(path.startswith(f"{group}.") for group in unused)
    }
    try:
        tree = nested(texts, lines=_LINES)
    except ValueError as error:
        raise Invalid("The form has an unknown field. Load the page again.", code="invalid") from error
    for group in fields.used & set(GROUPS):
        _reach(tree, group)
    questions = _at(tree, QUESTIONS)
    for number, question in enumerate(questions if isinstance(questions, list) else ()):
        if isinstance(question, dict):
            _complete(question, number)
    return tree


def _reach(tree: dict[str, Any], group: str) -> None:
    """Add an empty group of fields.

    Call this function if the owner ticked the group's checkbox but filled in no field.
    """
    for name in group.split("."):
        tree = tree.setdefault(name, {})


def _complete(question: dict[str, Any], number: int) -> None:
    """Remove the fields that a question of this kind does not have.

    If the question has no key, its number becomes the key.
    """
    kind = question.get("kind", "")
    for name in {name for names in _OF_KIND.values() for name in names} - set(_OF_KIND.get(kind, ())):
        question.pop(name, None)
    question.setdefault("key", f"question_{number + 1}")


def _parsed(kind: type[Model], name: str, tree: dict[str, Any], problems: dict[str, str]) -> Model | None:
    try:
        return kind.model_validate(tree.get(name, {}))
    except ValidationError as error:
        problems |= field_problems(name, error)
    return None


def _at(values: Mapping[str, Any], path: str) -> object:
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
