"""Every catalogue has all texts of the annotators' pages, with the same placeholders."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from app.languages import direction, native_name, plural_forms, translate, translate_number
from app.languages.extraction import ROOT, annotator_templates, read_catalogue, source_texts
from benchmark.protocol import Language

OTHERS = [language for language in Language if language is not Language.EN]
# Attributes that people see or hear, or from which a script takes its texts.
SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder|data-name|data-texts?-[\w-]+)="(?P<text>[^"]*)"')
# The scripts of the annotators' pages.
JS = ROOT / "app/static/js"
MODULES = ("consent", "copy", "countdown", "dialog", "fullscreen", "pair", "playback", "shortcuts", "vote")
SCRIPTS = (*(JS / "voting").glob("*.js"), JS / "words.js", *(JS / f"modules/{name}.js" for name in MODULES))


@pytest.fixture(scope="module")
def source() -> Catalog:
    return source_texts()


def forms(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def entries(texts: Catalog) -> dict[object, Message]:
    return {message.id: message for message in texts if message.id}


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_exactly_the_texts_of_the_pages(language: Language, source: Catalog) -> None:
    known = entries(read_catalogue(language))

    assert known.keys() == entries(source).keys()
    assert [text for text, message in known.items() if message.fuzzy or not all(forms(message))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_text(language: Language) -> None:
    for text, message in entries(read_catalogue(language)).items():
        *_, longest = text if isinstance(text, tuple) else (text,)
        # The plural forms for zero, one and two may spell out the number.
        spelled = {"n"} if isinstance(text, tuple) else set()
        assert [form for form in forms(message) if not holes(form) <= holes(longest)] == []
        assert [form for form in forms(message) if holes(longest) - holes(form) - spelled] == []


def test_a_text_is_translated_with_its_values() -> None:
    assert translate(Language.EN, "Step {step} of {steps}", step=1, steps=5) == "Step 1 of 5"
    assert translate(Language.DE, "Step {step} of {steps}", step=1, steps=5) == "Schritt 1 von 5"


def test_a_text_that_the_catalogue_lacks_is_english() -> None:
    assert translate(Language.DE, "No catalogue has this text.") == "No catalogue has this text."


def test_a_number_gets_the_plural_form_of_the_language() -> None:
    texts = ("You judged {n} pair.", "You judged {n} pairs.")

    assert translate_number(Language.EN, *texts, 1) == "You judged 1 pair."
    assert translate_number(Language.DE, *texts, 3) == "Sie haben 3 Paare beurteilt."
    assert plural_forms(Language.EN, *texts) == {"one": texts[0], "other": texts[1]}
    assert translate_number(Language.AR, *texts, 2) == "قيّمت زوجين."
    assert set(plural_forms(Language.AR, *texts)) == {"zero", "one", "two", "few", "many", "other"}
    assert set(plural_forms(Language.ZH_HANS, *texts)) == {"other"}


def test_a_language_has_a_name_and_a_direction() -> None:
    assert [(native_name(each), direction(each)) for each in Language] == [
        ("English", "ltr"),
        ("Deutsch", "ltr"),
        ("Español", "ltr"),
        ("Français", "ltr"),
        ("中文 (简体)", "ltr"),
        ("العربية", "rtl"),
    ]


def visible_text(source: str) -> str:
    """Return the visible text of a template, without calls, comments and attributes."""
    source = re.sub(r"\{% block page_class %\}.*?\{% endblock page_class %\}", " ", source)
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<svg.*?</svg>", " ", source, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", source, flags=re.DOTALL)


def test_no_text_of_a_template_is_left_out() -> None:
    for path in annotator_templates():
        words = re.findall(r"[A-Za-z]{2,}", visible_text(path.read_text()).replace("TI2V Bench", ""))
        assert words == [], path.name


def test_no_attribute_of_a_template_is_left_out() -> None:
    for path in annotator_templates():
        spoken = [found["text"] for found in SPOKEN.finditer(path.read_text())]
        assert [text for text in spoken if text and not text.startswith("{{")] == [], path.name


def sentences(script: Path) -> Iterator[str]:
    code = re.sub(r"/\*.*?\*/|^\s*//.*?$|\s// .*?$", "", script.read_text(), flags=re.DOTALL | re.MULTILINE)
    for quoted in re.findall(r"'([^'\n]*)'|`([^`]*)`", code):
        text = "".join(quoted)
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text):
            yield text


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_text_of_a_script_is_left_out(script: Path) -> None:
    assert list(sentences(script)) == []
