"""A simple model of a study's panels that uses dictionaries instead of a database."""

from dataclasses import dataclass, field

LEASE_S = 900
MET = ("open", "voted", "skipped")


@dataclass
class Shown:
    """A comparison that was shown to an annotator; `answer` and `counted` describe its vote, if any."""

    annotator: int
    comparison: int
    expires_at: int
    # The place in the annotator's order; the replacement of an undone vote keeps the place.
    position: int
    status: str = "open"
    answer: str = ""
    counted: str = ""


@dataclass
class PanelModel:
    comparisons: list[int]
    panel: int
    now: int = 0
    status: str = "open"
    # In the order in which they were shown; the key is the assignment's token.
    shown: dict[str, Shown] = field(default_factory=dict)
    # Tokens in the order of their votes, undone votes included.
    votes: list[str] = field(default_factory=list)
    excluded: set[int] = field(default_factory=set)

    def slots(self, comparison: int) -> int:
        """Return the number of taken slots, that is, of live leases and counted votes."""
        of_this = [each for each in self.shown.values() if each.comparison == comparison]
        return sum(each.status == "open" or each.counted == "valid" for each in of_this)

    def has_room(self, comparison: int) -> bool:
        return self.slots(comparison) < self.panel

    def valid_votes(self, comparison: int) -> int:
        of_this = [each for each in self.shown.values() if each.comparison == comparison]
        return sum(each.counted == "valid" for each in of_this)

    def has_met(self, annotator: int, comparison: int, *, but: str = "") -> bool:
        return any(
            each.status in MET
            and (each.annotator, each.comparison) == (annotator, comparison)
            and token != but
            for token, each in self.shown.items()
        )

    def expire(self) -> None:
        for each in self.shown.values():
            if each.status == "open" and each.expires_at <= self.now:
                each.status = "expired"

    def held(self, annotator: int) -> str | None:
        """Return the open assignment that the annotator continues with."""
        own = [t for t, each in self.shown.items() if (each.annotator, each.status) == (annotator, "open")]
        return min(own, key=lambda token: self.shown[token].position, default=None)

    def lease(self, token: str, annotator: int, comparison: int) -> None:
        position = 1 + max(
            (each.position for each in self.shown.values() if each.annotator == annotator), default=0
        )
        self.shown[token] = Shown(annotator, comparison, self.now + LEASE_S, position)

    def candidates(self, annotator: int) -> set[int]:
        """Return the candidates for the next comparison: free slots, not yet seen, fewest taken slots."""
        if annotator in self.excluded:
            return set()
        free = [c for c in self.comparisons if self.has_room(c) and not self.has_met(annotator, c)]
        fewest = min(map(self.slots, free), default=0)
        return {each for each in free if self.slots(each) == fewest}

    def refusal_of_vote(self, token: str, answer: str) -> str | None:
        """Return the error code of a vote; None if the vote is stored or was stored before."""
        each = self.shown[token]
        if each.status == "voted":
            return None if each.answer == answer else "already_voted"
        ended = {"skipped": "already_skipped", "undone": "assignment_replaced", "cancelled": "matchup_closed"}
        if each.status in ended:
            return ended[each.status]
        if self.status != "open":
            return "study_not_open"
        has_newer = self.has_met(each.annotator, each.comparison, but=token)
        is_lost = each.status == "expired" and (not self.has_room(each.comparison) or has_newer)
        return "lease_expired" if is_lost else None

    def vote(self, token: str, answer: str) -> None:
        each = self.shown[token]
        if each.status != "voted":
            each.status, each.answer, each.counted = "voted", answer, "valid"
            self.votes.append(token)

    def refusal_of_skip(self, token: str) -> str | None:
        each = self.shown[token]
        codes = {"voted": "already_voted", "undone": "assignment_replaced", "cancelled": "matchup_closed"}
        if each.status == "expired" and self.has_met(each.annotator, each.comparison, but=token):
            return "assignment_replaced"
        return codes.get(each.status)

    def refusal_of_undo(self, token: str) -> str | None:
        each = self.shown[token]
        if self.status != "open":
            return "study_not_open"
        own = [voted for voted in self.votes if self.shown[voted].annotator == each.annotator]
        is_last = each.status == "voted" and own[-1] == token and each.counted == "valid"
        return None if is_last else "not_last_vote"

    def undo(self, token: str, replacement: str) -> None:
        each = self.shown[token]
        each.status, each.counted = "undone", "superseded"
        self.shown[replacement] = Shown(each.annotator, each.comparison, self.now + LEASE_S, each.position)

    def exclude(self, annotator: int) -> None:
        if annotator in self.excluded:
            return
        self.excluded.add(annotator)
        for each in self.shown.values():
            if each.annotator == annotator:
                each.status = "cancelled" if each.status in ("open", "expired") else each.status
                each.counted = "excluded" if each.counted in ("valid", "surplus") else each.counted

    def reinstate(self, annotator: int) -> None:
        self.excluded.discard(annotator)
        for token in self.votes:
            each = self.shown[token]
            if each.annotator == annotator and each.counted == "excluded":
                each.counted = "valid" if self.has_room(each.comparison) else "surplus"
