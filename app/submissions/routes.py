"""Routes of the pages that open a submission and upload its clips, for the submission's owner and admins.

The upload page sends the clips to the REST API, and finalises the submission through the REST API.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.authenticated_route import AuthenticatedRoute
from app.clock import utc_now
from app.dependencies import context_of, page_response, require_person
from app.errors import Conflict, Forbidden, Invalid, InvalidFields, NotFound
from app.security.identity import Principal
from app.security.path_params import PublicIdPath
from app.security.visibility import may_change
from app.submissions.file_matches import match_files
from app.submissions.forms import open_from_form
from app.submissions.service import find_submission
from app.submissions.view_builder import new_submission_page, upload_page, upload_state
from app.submissions.view_models import SubmissionFields
from app.tables.submissions import Submission
from benchmark.protocol import Role, Scope
from benchmark.wire.common import RequestModel

router = APIRouter(include_in_schema=False, route_class=AuthenticatedRoute)
Text = Annotated[str, Form()]
MAX_FILES = 20_000


class FileNames(RequestModel):
    """The names of the files in the folder that a person chose."""

    names: Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=MAX_FILES)]


@router.get("/submissions/new")
def new_submission(
    request: Request,
    model: Annotated[str, Query(max_length=64)] = "",
    benchmark: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Show the form that opens a submission. The query fills fields of the form."""
    fields = SubmissionFields(benchmark=benchmark, model=model)
    with context_of(request).database.read() as session:
        page = new_submission_page(session, _researcher(session, request), fields)
    return page_response(request, "submissions/new.html", page)


@router.post("/submissions/new")
def open_submission(
    request: Request, benchmark: Text = "", model: Text = "", name: Text = "", label: Text = ""
) -> Response:
    """Register the model if the model is new, and open a submission. After an error, show the form again."""
    context = context_of(request)
    fields = SubmissionFields(benchmark.strip(), model.strip(), name.strip(), label.strip())
    try:
        with context.database.write() as session:
            principal = _researcher(session, request)
            public_id = open_from_form(session, fields, principal=principal, now=utc_now())
    except (Invalid, Conflict, Forbidden, NotFound) as refusal:
        problems = refusal.fields if isinstance(refusal, InvalidFields) else {}
        with context.database.read() as session:
            page = new_submission_page(
                session,
                _researcher(session, request),
                fields,
                problem=refusal.message,
                problems=problems,
            )
        return page_response(request, "submissions/new.html", page, status=refusal.status)
    return RedirectResponse(f"/submissions/{public_id}/upload", status_code=303)


@router.get("/submissions/{public_id}/upload")
def upload(public_id: PublicIdPath, request: Request) -> Response:
    """Show the page that uploads clips. The page sends each clip to PUT /api/v1/submissions/.../clips/...."""
    with context_of(request).database.read() as session:
        page = upload_page(session, _own(session, request, public_id))
    return page_response(request, "submissions/upload.html", page)


@router.get("/submissions/{public_id}/state")
def state(public_id: PublicIdPath, request: Request) -> Response:
    """Return the section of the upload page that changes with each stored clip."""
    with context_of(request).database.read() as session:
        part = upload_state(session, _own(session, request, public_id))
    return context_of(request).pages.answer("submissions/_state.html", part)


@router.post("/submissions/{public_id}/names")
def names(public_id: PublicIdPath, body: FileNames, request: Request) -> Response:
    """Return the pair and seed of each file name, the problems, and the files that are not used.

    If several files match the same pair and seed, `choices` lists these files.
    """
    with context_of(request).database.read() as session:
        matches = match_files(session, _own(session, request, public_id), body.names)
    return JSONResponse(
        {
            "files": [vars(each) for each in matches.files],
            "choices": [[vars(each) for each in files] for files in matches.choices],
            "problems": matches.problems,
            "unused": matches.unused,
        }
    )


def _researcher(session: Session, request: Request) -> Principal:
    return require_person(session, request, Role.RESEARCHER, scope=Scope.SUBMIT, now=utc_now())


def _own(session: Session, request: Request, public_id: str) -> Submission:
    """Return a submission that this person may change; otherwise raise NotFound."""
    principal = _researcher(session, request)
    submission = find_submission(session, public_id=public_id, principal=principal)
    if not may_change(submission, principal):
        raise NotFound("There is no such submission, or it is not open to you.")
    return submission
