"""Parses the form that registers or edits a model."""

import re

from pydantic import ValidationError

from app.errors import InvalidFields
from app.field_messages import PATTERN_HELP, form_problems
from app.video_models.view_models import ModelFields
from benchmark.wire.common import SLUG
from benchmark.wire.submissions import ModelRequest

_HELP = {"url": "Write an address that begins with http:// or https://, at most 400 characters."}


def parse_model_form(fields: ModelFields) -> ModelRequest:
    """Return the request that the form describes. A model without a name gets its slug as the name.

    Raises:
        InvalidFields: fields are wrong. The error names all wrong fields.
    """
    problems = {} if re.fullmatch(SLUG, fields.slug) else {"slug": PATTERN_HELP[SLUG]}
    values = {"name": fields.name or fields.slug, "url": fields.url, "licence": fields.licence}
    try:
        request = ModelRequest.model_validate({**values, "description": fields.description})
    except ValidationError as error:
        problems |= form_problems(error, help=_HELP)
    if problems:
        raise InvalidFields(problems)
    return request
