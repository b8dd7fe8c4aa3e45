"""Writes the files of a static gallery: one index, one page per scenario, clips, images and frame strips."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.assets import TEMPLATES
from app.media.store import MediaStore, StoreError, content_key
from app.media.unreadable import unreadable
from app.results.site.contents import SiteContents, SitePair
from app.results.views.names import readable
from benchmark.exports.printed_cells import TITLES
from benchmark.report.checksums import write_checksums
from benchmark.report.output_folder import PROTOCOL

STYLE = Path(__file__).with_name("style.css")
COLUMNS = ("TI2V score", *(readable(reason) for reason in TITLES))
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class ShownClip:
    name: str
    file: str


@dataclass(frozen=True)
class ShownPair:
    """A pair as the page shows it; the files are relative to the page, and `strip` may be empty."""

    pair: str
    prompt: str
    image: str
    clips: tuple[ShownClip, ...]
    votes: tuple[str, ...]
    strip: str


@dataclass(frozen=True)
class ScenarioLink:
    name: str
    file: str
    pairs: int


@dataclass(frozen=True)
class IndexPage:
    site: SiteContents
    columns: tuple[str, ...]
    links: tuple[ScenarioLink, ...]


@dataclass(frozen=True)
class ScenarioPage:
    site: SiteContents
    name: str
    pairs: tuple[ShownPair, ...]


def write_site(
    contents: SiteContents,
    folder: Path,
    *,
    store: MediaStore,
    protocol: Mapping[str, object],
    strips: Mapping[str, bytes],
    step: Callable[[], None] = lambda: None,
) -> None:
    """Write a gallery to an empty folder. The same study gives the same pages.

    Args:
        protocol: the study's frozen protocol, which is stored in the folder. A later gallery of the same
            study may replace the folder.
        strips: the frame strips as SVG, by pair id.
        step: progress callback, called once for each scenario.

    Raises:
        Unavailable: a clip or image cannot be read.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    (folder / "media").mkdir()
    shutil.copyfile(STYLE, folder / "style.css")
    links = []
    for number, (name, pairs) in enumerate(contents.scenarios.items(), start=1):
        file = f"{number:02}-{_NOT_IN_NAMES.sub('-', name.lower()).strip('-') or 'pairs'}.html"
        shown = tuple(_shown(pair, folder, store, strips) for pair in pairs)
        page = ScenarioPage(contents, name, shown)
        _write(folder / file, environment.get_template("site/scenario.html").render(page=page))
        links.append(ScenarioLink(name, file, len(shown)))
        step()
    index = IndexPage(contents, COLUMNS, tuple(links))
    _write(folder / "index.html", environment.get_template("site/index.html").render(page=index))
    _write(folder / PROTOCOL, json.dumps(protocol, indent=1, ensure_ascii=False))
    write_checksums(folder)


def _shown(pair: SitePair, folder: Path, store: MediaStore, strips: Mapping[str, bytes]) -> ShownPair:
    strip = ""
    if pair.pair in strips:
        strip = f"media/strip-{list(strips).index(pair.pair) + 1:02}.svg"
        (folder / strip).write_bytes(strips[pair.pair])
    suffix = pair.image_type.partition("/")[2]
    image = f"media/{pair.image_key.rpartition('/')[2][:16]}.{suffix}"
    _copy(store, pair.image_key, folder / image)
    clips = []
    for clip in pair.clips:
        file = f"media/{clip.sha256[:16]}.mp4"
        _copy(store, content_key("clips", clip.sha256), folder / file)
        clips.append(ShownClip(clip.name, file))
    return ShownPair(pair.pair, pair.prompt, image, tuple(clips), pair.votes, strip)


def _copy(store: MediaStore, key: str, target: Path) -> None:
    if target.exists():
        return
    try:
        with store.open_local(key) as source:
            shutil.copyfile(source, target)
    except StoreError as error:
        raise unreadable("A clip or an image of this study", error) from error


def _write(path: Path, text: str) -> None:
    path.write_text(f"{text.rstrip()}\n", encoding="utf-8")
