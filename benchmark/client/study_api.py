"""Sends REST requests for studies."""

import time
from collections.abc import Callable, Sequence

from benchmark.client.page_iterator import all_pages
from benchmark.client.paths import study_path
from benchmark.client.study_annotator_api import StudyAnnotatorApi
from benchmark.protocol import AnnotatorKind, StudyKind, StudyStatus
from benchmark.wire.dashboard import DashboardResponse
from benchmark.wire.drafts import DraftRequest, StudyRequest
from benchmark.wire.invitations import InvitationKind, InvitationsRequest, InvitationsResponse
from benchmark.wire.phases import PhaseAnswerResponse, PhaseAnswersResponse
from benchmark.wire.platforms import PaymentResponse, PaymentsResponse, Platform
from benchmark.wire.studies import CheckResponse, StudiesResponse, StudyResponse
from benchmark.wire.study_changes import (
    DeletionRequest,
    DuplicateRequest,
    ExtensionRequest,
    ProtocolResponse,
    ProtocolsResponse,
)

_VERBS = {StudyStatus.OPEN: "open", StudyStatus.PAUSED: "pause", StudyStatus.CLOSED: "close"}


class StudyApi(StudyAnnotatorApi):
    """The methods of `client.studies`."""

    def list(
        self,
        *,
        status: StudyStatus | None = None,
        kind: StudyKind | None = None,
        benchmark: str | None = None,
        archived: bool = False,
        deleted: bool = False,
    ) -> list[StudyResponse]:
        """Return the studies that are visible to you, newest first; each argument is a filter.

        By default, archived and deleted studies are left out. If `archived` or `deleted` is set, the call
        returns only archived or only deleted studies.
        """
        query = {"status": status, "kind": kind, "benchmark": benchmark}
        query |= {name: "true" for name, wanted in (("archived", archived), ("deleted", deleted)) if wanted}
        pages = all_pages(self._transport, "/studies", StudiesResponse, query)
        return [row for page in pages for row in page.studies]

    def get(self, slug: str) -> StudyResponse:
        """Return a study with its protocol and progress."""
        return self._transport.get(study_path(slug), StudyResponse)

    def create(self, request: StudyRequest) -> StudyResponse:
        """Create a draft of a study."""
        return self._transport.post("/studies", StudyResponse, request, repeatable=False)

    def edit(self, slug: str, request: DraftRequest) -> StudyResponse:
        """Replace all fields of a draft except its slug.

        Raises:
            Refused: somebody else saved the draft after revision `request.revision` (code `draft_changed`);
                `problems` lists the changes.
        """
        return self._transport.put(study_path(slug), StudyResponse, request)

    def duplicate(self, slug: str, new_slug: str, *, title: str | None = None) -> StudyResponse:
        """Copy a study to a new draft, with a new seed and without its votes."""
        request = DuplicateRequest(slug=new_slug, title=title)
        return self._transport.post(f"{study_path(slug)}/duplicate", StudyResponse, request, repeatable=False)

    def judge(self, slug: str) -> StudyResponse:
        """Let the automatic judge vote in a draft; the draft becomes a closed, automatic study."""
        return self._transport.post(f"{study_path(slug)}/judge", StudyResponse, repeatable=False)

    def open(self, slug: str) -> StudyResponse:
        """Open a draft or resume a paused study; annotators can then vote."""
        return self.change_status(slug, StudyStatus.OPEN)

    def pause(self, slug: str) -> StudyResponse:
        """Pause a study: the server assigns no comparisons until the study is opened again."""
        return self.change_status(slug, StudyStatus.PAUSED)

    def close(self, slug: str) -> StudyResponse:
        """Close a study: annotators can no longer vote, and the results become final."""
        return self.change_status(slug, StudyStatus.CLOSED)

    def reopen(self, slug: str) -> StudyResponse:
        """Open a closed study again, under a new version of the protocol."""
        return self._transport.post(f"{study_path(slug)}/reopen", StudyResponse)

    def extend(self, slug: str, request: ExtensionRequest) -> StudyResponse:
        """Add matchups to a running study, or raise the votes per comparison. Stored votes never change."""
        return self._transport.post(f"{study_path(slug)}/protocols", StudyResponse, request, repeatable=False)

    def protocols(self, slug: str) -> Sequence[ProtocolResponse]:
        """Return all versions of a study's protocol, the oldest first."""
        return self._transport.get(f"{study_path(slug)}/protocols", ProtocolsResponse).protocols

    def platform(self, slug: str) -> Platform:
        """Return the completion codes and return URLs of a study."""
        return self._transport.get(f"{study_path(slug)}/platform", Platform)

    def answers(self, slug: str) -> Sequence[PhaseAnswerResponse]:
        """Return consents, quiz results, questionnaire answers and comments of a study."""
        return self._transport.get(f"{study_path(slug)}/answers", PhaseAnswersResponse).answers

    def payments(self, slug: str) -> Sequence[PaymentResponse]:
        """Return the payment list of a study, with one line for each participant from the crowd platform."""
        return self._transport.get(f"{study_path(slug)}/platform/payments", PaymentsResponse).payments

    def set_platform(self, slug: str, platform: Platform) -> Platform:
        """Replace the completion codes and return URLs of a study, before or after it opens."""
        return self._transport.put(f"{study_path(slug)}/platform", Platform, platform)

    def start_pilot(self, slug: str) -> StudyResponse:
        """Open a draft as a pilot, in which no vote counts."""
        return self._transport.post(f"{study_path(slug)}/pilot", StudyResponse)

    def end_pilot(self, slug: str) -> StudyResponse:
        """End the pilot and open the study. Votes of annotators who join after this call count."""
        return self._transport.post(f"{study_path(slug)}/end-pilot", StudyResponse, repeatable=False)

    def archive(self, slug: str) -> StudyResponse:
        """Hide a study from the list of studies."""
        return self._transport.post(f"{study_path(slug)}/archive", StudyResponse)

    def unarchive(self, slug: str) -> StudyResponse:
        """Show an archived study in the list of studies again."""
        return self._transport.post(f"{study_path(slug)}/unarchive", StudyResponse)

    def delete(self, slug: str) -> StudyResponse:
        """Delete a study with its votes. Until `deletes_at` the study can be restored."""
        return self._transport.post(f"{study_path(slug)}/delete", StudyResponse, DeletionRequest(slug=slug))

    def restore(self, slug: str) -> StudyResponse:
        """Cancel the deletion of a study."""
        return self._transport.post(f"{study_path(slug)}/restore", StudyResponse)

    def change_status(self, slug: str, to: StudyStatus) -> StudyResponse:
        return self._transport.post(f"{study_path(slug)}/{_VERBS[to]}", StudyResponse)

    def invite(
        self,
        slug: str,
        count: int = 1,
        *,
        kind: InvitationKind = AnnotatorKind.PARTICIPANT,
        label: str = "",
    ) -> Sequence[str]:
        """Create and return invitation links.

        Each link is for one annotator. The server never shows a link again.

        Args:
            kind: the kind of the annotators to invite. The votes of `pilot` and `preview` annotators never
                count.
            label: a note that says who gets the links. If the call creates several links, each label ends
                with a number.
        """
        # Do not send the request again, because a second request would create more links. If the response is
        # lost, only unused links are lost.
        request = InvitationsRequest(count=count, kind=kind, label=label)
        path = f"{study_path(slug)}/invitations"
        return self._transport.post(path, InvitationsResponse, request, repeatable=False).links

    def wait(
        self,
        slug: str,
        *,
        every_s: float = 30.0,
        timeout_s: float | None = None,
        on_progress: Callable[[StudyResponse], object] = lambda _: None,
    ) -> StudyResponse:
        """Wait until a study has all its votes or is closed, and return the study.

        Args:
            every_s: seconds between two requests.
            timeout_s: the number of seconds after which TimeoutError is raised; None means no limit.
            on_progress: called with the study after every request.

        Raises:
            TimeoutError: votes are still missing after `timeout_s`.
        """
        started = time.monotonic()
        while True:
            study = self.get(slug)
            on_progress(study)
            is_complete = study.votes_wanted > 0 and study.votes >= study.votes_wanted
            if is_complete or study.status is StudyStatus.CLOSED:
                return study
            if timeout_s is not None and time.monotonic() - started + every_s > timeout_s:
                raise TimeoutError(
                    f"{slug} has {study.votes} of {study.votes_wanted} votes after {timeout_s:g} seconds."
                )
            time.sleep(every_s)

    def dashboard(self, slug: str) -> DashboardResponse:
        """Return progress, votes per hour, active annotators and reported clips of your own study."""
        return self._transport.get(f"{study_path(slug)}/dashboard", DashboardResponse)

    def check(self, slug: str) -> Sequence[str]:
        """Recount a study's votes; return one sentence for each stored counter that is wrong."""
        return self._transport.get(f"{study_path(slug)}/check", CheckResponse).differences
