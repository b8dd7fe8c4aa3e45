"""Every text of the annotators' pages is in every catalogue, with the same placeholders."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from app.invitations.view_models import _CLOSED
from app.languages import catalogue, translate
from app.phases.examples import WORKED_EXAMPLES
from app.phases.view_models import _OTHER_WRONG_CLIP, _WRONG_CLIPS, STEP_NAMES
from app.voting.view_models import REASON_TILES
from benchmark.protocol import Language

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
FOLDERS = ("phases", "platforms", "voting", "invitations")
# Pages in these files are for owners.
OF_OWNERS = {"crowd.html", "links.html", "register.html"}
# The files whose messages annotators read, and the calls that carry a message.
MESSAGES = (
    "app/panels/phases.py",
    "app/panels/time_estimate.py",
    "app/phases/forms.py",
    "app/phases/quiz_routes.py",
    "app/phases/routes.py",
    "app/phases/service.py",
    "app/phases/view_models.py",
    "app/platforms/sessions.py",
    "app/voting/leases.py",
    "app/voting/routes.py",
    "app/voting/service.py",
    "app/voting/view_models.py",
)
CARRIERS = {"Conflict", "Invalid", "ValueError", "translate"}
OTHERS = [language for language in Language if language is not Language.EN]


def in_templates() -> Iterator[str]:
    environment = Environment(loader=FileSystemLoader(TEMPLATES))
    for folder in FOLDERS:
        for path in sorted((TEMPLATES / folder).glob("*.html")):
            if path.name in OF_OWNERS:
                continue
            for call in environment.parse(path.read_text()).find_all(nodes.Call):
                is_text = isinstance(call.node, nodes.Name) and call.node.name == "_"
                if is_text and isinstance(call.args[0], nodes.Const):
                    yield call.args[0].value


def in_messages() -> Iterator[str]:
    for name in MESSAGES:
        for call in ast.walk(ast.parse((ROOT / name).read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in CARRIERS and (call.args or call.keywords):
                arguments = call.args[1:] if call.func.id == "translate" else call.args
                if arguments and isinstance(arguments[0], ast.Constant):
                    yield str(arguments[0].value)


def texts() -> set[str]:
    found = {*in_templates(), *in_messages(), *STEP_NAMES.values(), *_WRONG_CLIPS.values(), _OTHER_WRONG_CLIP}
    found |= {text for both in _CLOSED.values() for text in both}
    found |= {text for tile in REASON_TILES for text in (tile.title, tile.explanation)}
    for each in WORKED_EXAMPLES:
        found |= {each.title, each.explanation, each.image_text, each.prompt, each.look_at}
        found |= {each.in_a, each.in_b, each.conclusion}
    # Texts that routes name, and the message of app.errors.InvalidFields.
    return found | {
        "Please answer this question.",
        "Correct the marked fields.",
        "Thank you. Your comment is saved.",
        "You skipped this comparison.",
        "You undid this vote; vote on its new assignment.",
        "This comparison is no longer part of the study.",
    }


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_every_text_and_no_other(language: Language) -> None:
    known = set(catalogue(language))

    assert sorted(texts() - known) == []
    assert sorted(known - texts()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(language: Language) -> None:
    wrong = [text for text, other in catalogue(language).items() if holes(text) != holes(other)]

    assert wrong == []


def test_a_text_is_translated_with_its_values() -> None:
    assert translate(Language.EN, "Step {step} of {steps}", step=1, steps=5) == "Step 1 of 5"
    assert translate(Language.DE, "Step {step} of {steps}", step=1, steps=5) == "Schritt 1 von 5"


def visible_text(source: str) -> str:
    """Return what a reader sees of a template that is not in a call, a comment or an attribute."""
    source = re.sub(r"\{% block page_class %\}.*?\{% endblock page_class %\}", " ", source)
    source = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<svg.*?</svg>|<kbd.*?</kbd>", " ", source, flags=re.DOTALL
    )
    return re.sub(r"<[^>]*>", " ", source, flags=re.DOTALL)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_text_of_a_template_is_left_out(folder: str) -> None:
    for path in (TEMPLATES / folder).glob("*.html"):
        if path.name not in OF_OWNERS:
            words = re.findall(r"[A-Za-z]{2,}", visible_text(path.read_text()).replace("TI2V Bench", ""))
            assert words == [], path.name
