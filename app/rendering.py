"""Renders a template with a typed view model to HTML."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from app.assets import Assets

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


class Pages:
    """Renders templates with one object, `page`, and the function `url_for_static`."""

    def __init__(self, assets: Assets, folder: Path = TEMPLATES) -> None:
        self.assets = assets
        self.environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals["url_for_static"] = assets.url

    def answer(self, template: str, page: object, *, status: int = 200) -> HTMLResponse:
        html = self.environment.get_template(template).render(page=page)
        return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})
