"""Enums of people, keys and visibility."""

from enum import StrEnum


class Visibility(StrEnum):
    """The people, besides the owner and the admins, who can see a benchmark, submission or study."""

    PRIVATE = "private"
    SHARED = "shared"
    PUBLIC = "public"


class ShareSubject(StrEnum):
    """The kinds of objects that can be shared with people."""

    BENCHMARK = "benchmark"
    SUBMISSION = "submission"
    STUDY = "study"


class Scope(StrEnum):
    """A permission of an API key.

    A key has all scopes of its role, or only some of these scopes.
    """

    READ = "read"
    SUBMIT = "submit"
    STUDY = "study"
    WORK = "work"
    ADMIN = "admin"


class Role(StrEnum):
    ADMIN = "admin"
    RESEARCHER = "researcher"
    VIEWER = "viewer"
    WORKER = "worker"

    @property
    def scopes(self) -> frozenset[Scope]:
        """Return all scopes of a role."""
        return _SCOPES[self]


_SCOPES = {
    Role.ADMIN: frozenset(Scope),
    Role.RESEARCHER: frozenset({Scope.READ, Scope.SUBMIT, Scope.STUDY}),
    Role.VIEWER: frozenset({Scope.READ}),
    Role.WORKER: frozenset({Scope.READ, Scope.WORK}),
}
