"""Parses the form that creates invitation links."""

from app.errors import InvalidFields
from app.invitations.view_models import LinkFields
from benchmark.wire.invitations import MAX_INVITATIONS, InvitationsRequest
from benchmark.wire.validation import InvalidRequest, checked_request


def parse_link_form(fields: LinkFields) -> InvitationsRequest:
    """Return the request that the form describes.

    Raises:
        InvalidFields: a field is wrong. The error names all wrong fields.
    """
    problems = {}
    for field, values, message in (
        ("count", {"count": fields.count.strip()}, f"Enter a whole number from 1 to {MAX_INVITATIONS:,}."),
        ("label", {"count": 1, "label": fields.label}, "Use one line of at most 190 characters."),
    ):
        try:
            checked_request(InvitationsRequest, **values)
        except InvalidRequest:
            problems[field] = message
    if problems:
        raise InvalidFields(problems)
    return checked_request(InvitationsRequest, count=fields.count.strip(), label=fields.label)
