"""View model of the form that sets who sees a benchmark, submission or study."""

from dataclasses import dataclass

from benchmark.protocol import Visibility

_MEANINGS = {
    Visibility.PRIVATE: "Only you and admins see it.",
    Visibility.SHARED: "The people named below see it too.",
    Visibility.PUBLIC: "Everybody sees it.",
}


@dataclass(frozen=True)
class VisibilityForm:
    """The form with the chosen visibility, and the names of the people with access, one per line."""

    url: str
    visibility: str
    people: str
    problem: str = ""

    @property
    def choices(self) -> tuple[tuple[Visibility, str, bool], ...]:
        """Return each visibility with its meaning, and whether it is chosen."""
        return tuple((each, _MEANINGS[each], each == self.visibility) for each in Visibility)
