"""Defines the errors of the service, as one class hierarchy.

    AppError
    ├── BadRequest          400
    ├── NotSignedIn         401
    │   └── OtherBrowser
    ├── Forbidden           403
    ├── NotFound            404
    ├── RequestTimeout      408
    ├── Conflict            409
    ├── LengthRequired      411
    ├── TooLarge            413
    ├── WrongMediaType      415
    ├── RangeNotSatisfiable 416
    ├── Invalid             422
    ├── TooManyRequests     429
    ├── Unavailable         503
    │   └── ReadOnlyDatabase
    └── StorageFull         507

Each class has an HTTP status. `code` identifies the cause, and the message is a sentence for the user. The
message of an `AppError` is shown to the user. A programming error raises `ValueError`, not `AppError`.
"""

from typing import ClassVar

from app.languages import gettext_noop
from benchmark.protocol import Language


class AppError(Exception):
    """An error with an HTTP status, a stable code and a message for the user."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        problems: list[str] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.problems = problems or []
        self.retry_after_s = retry_after_s


class BadRequest(AppError):
    status = 400
    default_code = "bad_request"


class NotSignedIn(AppError):
    status = 401
    default_code = "not_signed_in"


class OtherBrowser(NotSignedIn):
    """The annotator continued the study in another browser, so this browser has no access any more.

    `language` is the language that the annotator chose, or else the language of the study. `is_chosen` is
    true if the annotator chose this language. `may_be_framed` states whether Mechanical Turk may show the
    study's pages in a frame.
    """

    default_code = "other_browser"

    def __init__(self, *, language: Language, is_chosen: bool, may_be_framed: bool = False) -> None:
        super().__init__(
            gettext_noop(
                "You went on with this study in another browser. Continue there. To continue here, open the "
                "study on the platform again."
            )
        )
        self.language = language
        self.is_chosen = is_chosen
        self.may_be_framed = may_be_framed


class Forbidden(AppError):
    status = 403
    default_code = "forbidden"


class NotFound(AppError):
    status = 404
    default_code = "not_found"


class RequestTimeout(AppError):
    status = 408
    default_code = "request_timeout"


class Conflict(AppError):
    status = 409
    default_code = "conflict"


class LengthRequired(AppError):
    status = 411
    default_code = "length_required"


class TooLarge(AppError):
    status = 413
    default_code = "too_large"


class WrongMediaType(AppError):
    status = 415
    default_code = "wrong_media_type"


class RangeNotSatisfiable(AppError):
    """The requested range does not overlap the `length` bytes of the file."""

    status = 416
    default_code = "range_not_satisfiable"

    def __init__(self, *, length: int) -> None:
        super().__init__(f"The clip has {length} bytes.")
        self.length = length


class Invalid(AppError):
    status = 422
    default_code = "invalid"


class InvalidFields(Invalid):
    """Some fields are wrong. `fields` maps the name of each wrong field to a message."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(gettext_noop("Correct the marked fields."), problems=list(fields.values()))
        self.fields = fields


class TooManyRequests(AppError):
    status = 429
    default_code = "too_many_requests"


class Unavailable(AppError):
    status = 503
    default_code = "unavailable"


class ReadOnlyDatabase(Unavailable):
    """The disk of the database is read-only, or the PostgreSQL server is a standby."""

    default_code = "database_unavailable"

    def __init__(self) -> None:
        super().__init__(
            gettext_noop("The database is read-only, so nothing was saved. Try again in a moment.")
        )


class StorageFull(AppError):
    status = 507
    default_code = "storage_full"
