"""Route of the menu in which an annotator chooses the language of the pages."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from app.clock import utc_now
from app.cookies import annotator_cookie_of, set_language_cookie
from app.dependencies import context_of
from app.errors import Invalid
from app.panels.study_texts import offered_languages
from app.security.participants import find_participant
from app.security.path_params import SlugPath
from benchmark.protocol import Language

router = APIRouter(include_in_schema=False)


@router.post("/studies/{slug}/language")
def choose_language(
    slug: SlugPath,
    request: Request,
    language: Annotated[Language, Form()],
    target: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Store the annotator's language, and return to the page `target`."""
    with context_of(request).database.write() as session:
        participant = find_participant(
            session, cookie=annotator_cookie_of(request), study_slug=slug, now=utc_now()
        )
        if language not in offered_languages(participant.study):
            raise Invalid("This study is not offered in this language. Choose another language.")
        participant.annotator.language = language
    # Only pages of this study and invitations: the form must not send people to other sites.
    is_page = re.fullmatch(rf"/(studies/{re.escape(slug)}|invite)/[\w/-]+", target, re.ASCII)
    redirect = RedirectResponse(target if is_page else f"/studies/{slug}/vote", status_code=303)
    set_language_cookie(redirect, language, context_of(request))
    return redirect
