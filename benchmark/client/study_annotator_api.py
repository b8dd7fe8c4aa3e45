"""Sends REST requests for the annotators of a study, their votes and their flags."""

from collections.abc import Sequence

from benchmark.client.page_iterator import all_pages
from benchmark.client.paths import annotator_path, study_path
from benchmark.client.transport import Transport
from benchmark.protocol import Flag
from benchmark.wire.annotators import (
    AnnotatorResponse,
    AnnotatorsResponse,
    ChangeResponse,
    DecisionRequest,
    DismissalRequest,
    DismissedFlagResponse,
)
from benchmark.wire.dashboard import HistoryItem, HistoryResponse


class StudyAnnotatorApi:
    """The methods of `client.studies` for the annotators of a study."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def annotators(
        self, slug: str, *, flag: Flag | None = None, excluded: bool | None = None
    ) -> Sequence[AnnotatorResponse]:
        """Return every annotator who opened an invitation, with statistics and flags.

        Args:
            flag: return only annotators with this flag.
            excluded: if True, return only annotators whose votes are excluded; if False, only annotators
                whose votes are not excluded.
        """
        query = {"flag": flag, "excluded": None if excluded is None else str(excluded).lower()}
        pages = all_pages(self._transport, f"{study_path(slug)}/annotators", AnnotatorsResponse, query)
        return [row for page in pages for row in page.annotators]

    def history(self, slug: str, annotator: str) -> Sequence[HistoryItem]:
        """Return every comparison that an annotator of your own study got, with the answers, newest first."""
        path = f"{annotator_path(slug, annotator)}/history"
        return [row for page in all_pages(self._transport, path, HistoryResponse) for row in page.items]

    def exclude(self, slug: str, annotator: str, request: DecisionRequest) -> ChangeResponse:
        """Exclude all votes of an annotator, or one vote, from the results."""
        return self._transport.post(f"{annotator_path(slug, annotator)}/exclude", ChangeResponse, request)

    def reinstate(self, slug: str, annotator: str, request: DecisionRequest) -> ChangeResponse:
        """Reinstate excluded votes.

        If the comparison already has enough votes, the reinstated vote gets the status `surplus` (not
        needed).
        """
        return self._transport.post(f"{annotator_path(slug, annotator)}/reinstate", ChangeResponse, request)

    def dismiss_flag(self, slug: str, annotator: str, flag: Flag, reason: str) -> DismissedFlagResponse:
        """Dismiss a flag of an annotator, with a reason for the audit log.

        Dismissing a flag changes no vote.
        """
        path = _dismissal_path(slug, annotator, flag)
        return self._transport.put(path, DismissedFlagResponse, DismissalRequest(reason=reason))

    def restore_flag(self, slug: str, annotator: str, flag: Flag) -> None:
        """Restore a dismissed flag."""
        self._transport.delete(_dismissal_path(slug, annotator, flag), {})


def _dismissal_path(slug: str, annotator: str, flag: Flag) -> str:
    return f"{annotator_path(slug, annotator)}/flags/{flag}/dismissal"
