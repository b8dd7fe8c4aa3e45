"""Builds the navigation of a signed-in person: the sections of the service that the person may open."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.security.identity import Principal
from benchmark.protocol import Role


@dataclass(frozen=True)
class NavigationLink:
    """A link to a section.

    `current` is the value of aria-current; it is empty if the page is in another section.
    """

    name: str
    url: str
    current: str


@dataclass(frozen=True)
class Navigation:
    """The header of every page of a signed-in person."""

    person: str
    links: tuple[NavigationLink, ...]
    sign_out_url: str = "/sign-out"


@dataclass(frozen=True)
class Section:
    """A section of the service, the people who may open it, and the path prefixes of the section's pages."""

    name: str
    url: str
    roles: frozenset[Role]
    paths: tuple[str, ...]

    def contains(self, path: str) -> bool:
        return path == self.url or any(path == each or path.startswith(f"{each}/") for each in self.paths)


_READERS = frozenset({Role.ADMIN, Role.RESEARCHER, Role.VIEWER})
_RESEARCHERS = frozenset({Role.ADMIN, Role.RESEARCHER})
_ADMINS = frozenset({Role.ADMIN})
SECTIONS = (
    Section("Studies", "/", _READERS, ("/studies", "/compare")),
    Section("Benchmarks", "/benchmarks", _READERS, ("/benchmarks", "/gallery")),
    Section("Models", "/models", _READERS, ("/models", "/submissions")),
    Section("Annotators", "/annotators", _RESEARCHERS, ("/annotators",)),
    Section("Jobs", "/jobs", _RESEARCHERS, ("/jobs",)),
    Section("Tasks", "/tasks", _RESEARCHERS, ("/tasks",)),
    Section("Audit log", "/audit", _RESEARCHERS, ("/audit",)),
    Section("People and keys", "/people", _ADMINS, ("/people",)),
    Section("Settings", "/settings", _READERS, ("/settings",)),
)


def navigation(principal: Principal, path: str) -> Navigation:
    """Return the navigation for the page at `path`."""
    return Navigation(principal.name, tuple(_links(principal.role, path)))


def _links(role: Role, path: str) -> Iterator[NavigationLink]:
    for section in SECTIONS:
        if role in section.roles:
            current = "page" if path == section.url else "true" if section.contains(path) else ""
            yield NavigationLink(section.name, section.url, current)
