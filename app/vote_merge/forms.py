"""Reads the form that sends a report, a request of the type multipart/form-data."""

import re
from collections.abc import AsyncIterator

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from app.errors import InvalidFields
from app.field_messages import PATTERN_HELP
from app.media.store import CHUNK_BYTES
from app.vote_merge.view_models import MergeFields
from benchmark.wire.common import SLUG

MULTIPART = "multipart/form-data"
_MAX_FIELDS = 3
_TITLE = re.compile(r"[^\x00-\x1f\x7f]{0,200}")


class SentForm:
    """The form of one request: its fields, and the bytes of the report.

    `fields` is empty until the first chunk of the report is read.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self.fields = MergeFields()

    async def report(self) -> AsyncIterator[bytes]:
        """Parse the request, set `fields`, and yield the bytes of the report.

        Raises:
            InvalidFields: a field is wrong, or the form has no file. The error names all wrong fields.
        """
        async with self._request.form(max_files=1, max_fields=_MAX_FIELDS) as form:
            self.fields = _fields_of(form)
            report = form.get("report")
            problems = _problems(self.fields)
            if not isinstance(report, UploadFile) or not report.size:
                problems["report"] = "Choose the ZIP file of the report."
            if problems:
                raise InvalidFields(problems)
            assert isinstance(report, UploadFile)
            while chunk := await report.read(CHUNK_BYTES):
                yield chunk


def _fields_of(form: FormData) -> MergeFields:
    texts = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    return MergeFields(texts.get("study", ""), texts.get("title", ""), dry_run=bool(texts.get("dry_run")))


def _problems(fields: MergeFields) -> dict[str, str]:
    problems = {}
    if not re.fullmatch(SLUG, fields.study):
        problems["study"] = PATTERN_HELP[SLUG]
    if not _TITLE.fullmatch(fields.title):
        problems["title"] = "Use at most 200 characters, without line breaks."
    return problems
