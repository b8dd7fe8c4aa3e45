"""Parses the form that imports a dataset of the Hugging Face Hub."""

import re

from pydantic import ValidationError

from app.benchmark_import.service import BenchmarkToImport, check_hub_address
from app.benchmark_import.view_models import ImportFields
from app.errors import Invalid, InvalidFields
from app.field_messages import PATTERN_HELP, form_problems
from benchmark.importers.hub import SCHEME
from benchmark.importers.reader import default_slug
from benchmark.wire.benchmarks import BenchmarkImportRequest
from benchmark.wire.common import SLUG


def parse_import_form(fields: ImportFields) -> BenchmarkToImport:
    """Return the import that the form describes.

    If the form contains no slug, the slug is made from the dataset's name.

    Raises:
        InvalidFields: fields are wrong. The error names all wrong fields.
    """
    source = fields.source if fields.source.startswith(SCHEME) else f"{SCHEME}{fields.source}"
    problems = {}
    if fields.slug and not re.fullmatch(SLUG, fields.slug):
        problems["slug"] = PATTERN_HELP[SLUG]
    if not fields.source:
        problems["source"] = "Choose a ZIP file or a folder above, or name a dataset of the hub here."
    else:
        try:
            check_hub_address(source)
        except Invalid:
            problems["source"] = "Write the dataset as owner/name or owner/name@revision."
    if problems:
        raise InvalidFields(problems)
    try:
        request = BenchmarkImportRequest(source=source, title=fields.title)
    except ValidationError as error:
        raise InvalidFields(form_problems(error)) from error
    return BenchmarkToImport(fields.slug or default_slug(source), request.title, hub_address=request.source)
