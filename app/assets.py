"""Serves the pages' static files from memory.

Every URL contains the same fingerprint, which is computed from all files. Because all files have the same
fingerprint, ES modules can use relative imports. Browsers can cache the modules permanently. The server
removes indentation and comments from scripts and style sheets, which saves a fifth of the bytes.
"""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# In a script, only comments that fill whole lines are removed: within a line, `//` or `/*` can be part of a
# string.
_UNNEEDED = {
    ".js": re.compile(r"^[ \t]*(?://.*|/\*\*.*\*/)\n|^[ \t]+", re.MULTILINE),
    ".css": re.compile(r"/\*.*?\*/\n?|^[ \t]+", re.MULTILINE | re.DOTALL),
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True)
class Asset:
    body: bytes
    media_type: str


@dataclass(frozen=True)
class Assets:
    fingerprint: str
    files: dict[str, Asset]

    @classmethod
    def load(cls, folder: Path = STATIC) -> "Assets":
        files = {
            path.relative_to(folder).as_posix(): Asset(_shortened(path), _media_type(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        digest = hashlib.sha256()
        for name, asset in files.items():
            digest.update(name.encode() + b"\0" + asset.body + b"\0")
        return cls(digest.hexdigest()[:12], files)

    def url(self, name: str) -> str:
        """Return the URL of an asset.

        Raises:
            ValueError: there is no asset with this name.
        """
        if name not in self.files:
            raise ValueError(f"there is no asset {name}")
        return f"/static/{self.fingerprint}/{name}"


def _shortened(path: Path) -> bytes:
    unneeded = _UNNEEDED.get(path.suffix)
    return unneeded.sub("", path.read_text()).encode() if unneeded else path.read_bytes()


def _media_type(path: Path) -> str:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
