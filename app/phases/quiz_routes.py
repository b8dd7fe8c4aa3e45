"""Routes of the quiz: questions, answers and their explanations."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import annotator_cookie_of
from app.dependencies import context_of
from app.errors import Conflict, Invalid, NotFound
from app.phases.quiz import next_question, quiz_state
from app.phases.view_builder import PhaseVisit, build_answer_page, build_question_page
from app.phases.view_models import PhasePage
from app.phases.visits import find_visit, next_page, show_phase
from app.security.participants import find_assignment
from app.security.path_params import SlugPath, TokenPath
from app.voting.service import cast_vote
from benchmark.protocol import Choice, Phase
from benchmark.wire.common import TOKEN
from benchmark.wire.votes import VoteRequest

router = APIRouter(include_in_schema=False)
TokenField = Annotated[str, Form(pattern=TOKEN)]


@router.get("/studies/{slug}/phases/quiz")
def quiz_page(slug: SlugPath, request: Request) -> Response:
    """Show the next question."""
    return show_phase(request, slug, Phase.QUIZ, _question_page)


@router.get("/studies/{slug}/phases/quiz/{token}")
def answer_page(slug: SlugPath, token: TokenPath, request: Request) -> Response:
    """Show the explanation of an answered question; for any other question, redirect to the current phase."""
    return _explain(request, slug, token) or next_page(slug)


@router.post("/studies/{slug}/phases/quiz")
def post_quiz_answer(
    slug: SlugPath, request: Request, token: TokenField, choice: Annotated[Choice | None, Form()] = None
) -> Response:
    try:
        if choice is None:
            raise Invalid("Choose A or B.", code="choice_missing")
        with context_of(request).database.write() as session:
            held = find_assignment(session, cookie=annotator_cookie_of(request), token=token, for_change=True)
            cast_vote(
                session,
                assignment=held.assignment,
                study=held.study,
                request=VoteRequest(choice=choice),
                now=held.now,
            )
    except (Conflict, Invalid) as refusal:
        message = refusal.message

        def again(visit: PhaseVisit) -> PhasePage:
            return _question_page(visit, notice=message)

        return show_phase(request, slug, Phase.QUIZ, again, status=refusal.status)
    return RedirectResponse(f"/studies/{slug}/phases/quiz/{token}", status_code=303)


def _explain(request: Request, slug: str, token: str) -> Response | None:
    context = context_of(request)
    try:
        with context.database.write() as session:
            visit = find_visit(session, request, slug)
            held = find_assignment(session, cookie=annotator_cookie_of(request), token=token)
            quiz = visit.phases.quiz
            if quiz is None or held.study.id != visit.study.id:
                return None
            state = quiz_state(session, annotator_id=visit.annotator.id, quiz=quiz)
            page = build_answer_page(visit, held.assignment, quiz, state)
    except NotFound:
        return None
    return context.pages.answer("phases/answer.html", page) if page else None


def _question_page(visit: PhaseVisit, notice: str = "") -> PhasePage:
    quiz = visit.phases.quiz
    assert quiz is not None
    annotator_id = visit.annotator.id
    assignment = next_question(visit.session, study=visit.study, annotator_id=annotator_id, now=utc_now())
    state = quiz_state(visit.session, annotator_id=annotator_id, quiz=quiz)
    return build_question_page(visit, assignment, state, notice=notice)
