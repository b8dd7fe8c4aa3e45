"""Renders a template with a typed view model to HTML."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.assets import TEMPLATES, Assets
from app.languages import direction, native_name, plural_forms, translate, translate_number
from app.navigation import Navigation

# The spaces in texts such as "95 %", "p < 0.05", "12 s", "59 to 67" and "[61.2, 71.5]" are replaced by
# no-break spaces.
_BREAKS = re.compile(
    r"(?<=\d) (?=(%|×|s\b|to \d))|(?<=\d to) (?=\d)|(?<=\bp) (?=[=<≥])|(?<=[=<≥×]) (?=\d)"
    r"|(?<=\d,) (?=[−\d.]+\])"
)


class _Templates(FileSystemLoader):
    """Loads templates without indentation, and without end tags that HTML does not need.

    Indentation would be a quarter of the bytes of the voting page. The end tags would be a tenth of the bytes
    of the results page.
    """

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_current = super().get_source(environment, template)
        return _shortened(source), path, is_current


# Browsers do not show whitespace before these tags, so it is removed together with unneeded end tags.
_UNNEEDED = re.compile(
    r"\s*</(?:td|th|tr|li|dt|dd)>|\s+(?=<(?:td|th|tr|rect|use|line|text|/svg)[\s>])|^[ \t]+", re.MULTILINE
)


def _shortened(source: str) -> str:
    return _UNNEEDED.sub("", source)


def unbroken(text: str) -> str:
    r"""Return a text in which no line break separates a number from its unit, sign or range.

    >>> unbroken("59 to 67 %, p ≥ 0.05, [61.2, 71.5]").replace("\xa0", "_")
    '59_to_67_%, p_≥_0.05, [61.2,_71.5]'
    """
    return _BREAKS.sub("\xa0", text)


@pass_context
def translated(context: Context, text: str, **values: object) -> str:
    """Return an English text in the language of the page, with the values of its placeholders."""
    return translate(context["page"].language, text, **values)


@pass_context
def translated_number(context: Context, singular: str, plural: str, n: int, **values: object) -> str:
    """Return a text about `n` things in the language of the page."""
    return translate_number(context["page"].language, singular, plural, n, **values)


@pass_context
def plural_forms_json(context: Context, singular: str, plural: str) -> str:
    """Return the plural forms of a text as JSON; a script chooses a form and fills in the number."""
    return json.dumps(plural_forms(context["page"].language, singular, plural), ensure_ascii=False)


@pass_context
def own_text(context: Context, text: str) -> Markup:
    """Return a text of the study in the language of the page, as HTML.

    If the text has no translation, the HTML marks the text's own language.
    """
    wording = context["page"].wording
    return Markup("<span{}>{}</span>").format(own_language(context, text), wording.text(text))


@pass_context
def own_language(context: Context, text: str) -> Markup:
    """Return the HTML attributes of an element that contains a text of the study."""
    wording = context["page"].wording
    language = wording.language_of(text)
    if language is wording.language:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(language, direction(language))


class Pages:
    """Renders templates.

    Templates can use `page`, `navigation`, `url_for_static`, the functions of the catalogues (`_`,
    `ngettext`, `plural_forms`, `direction`, `native_name`), and `own_text` and `own_language` for texts of
    the study.
    """

    def __init__(self, assets: Assets, folder: Path = TEMPLATES) -> None:
        self.assets = assets
        self.environment = Environment(
            loader=_Templates(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["url_for_static"] = assets.url
        self.environment.globals["_"] = translated
        self.environment.globals["ngettext"] = translated_number
        self.environment.globals["plural_forms"] = plural_forms_json
        self.environment.globals["direction"] = direction
        self.environment.globals["native_name"] = native_name
        self.environment.globals["own_text"] = own_text
        self.environment.globals["own_language"] = own_language
        self.environment.filters["unbroken"] = unbroken

    def compiled_templates(self) -> Iterator[str]:
        """Compile the templates one after the other; yield the name of each compiled template."""
        for name in self.environment.list_templates():
            self.environment.get_template(name)
            yield name

    def answer(
        self, template: str, page: object, *, status: int = 200, navigation: Navigation | None = None
    ) -> HTMLResponse:
        """Return a page. Without `navigation`, the page's header has no links to the service's sections."""
        html = self.environment.get_template(template).render(page=page, navigation=navigation)
        return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})


@cache
def shipped_pages() -> Pages:
    """Return the templates of this release, which render the pages.

    A process reads the static files once, and compiles each template once.
    """
    return Pages(Assets.load())
