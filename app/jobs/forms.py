"""Parses the form of the jobs page into a CreateJobsRequest."""

import re
from collections.abc import Sequence

from app.errors import Invalid
from app.jobs.view_models import JobFields
from benchmark.wire.common import MAX_SEED
from benchmark.wire.jobs import MAX_PAIRS, MAX_PRIORITY, MAX_SEEDS, CreateJobsRequest
from benchmark.wire.validation import InvalidRequest, checked_request

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
_SEPARATORS = re.compile(r"[\s,]+")


def parse_job_form(fields: JobFields) -> CreateJobsRequest:
    """Return the request that the form describes.

    Raises:
        Invalid: a field is wrong; the message names the field.
    """
    if not _SLUG.fullmatch(fields.model):
        raise Invalid("Choose a model.")
    if not _SLUG.fullmatch(fields.benchmark):
        raise Invalid("Choose a benchmark.")
    label = fields.label.strip()
    if not _LABEL.fullmatch(label):
        raise Invalid("A label has at most 64 letters, digits, '.', '_' and '-'.")
    pairs = tuple(dict.fromkeys(_words(fields.pairs)))
    if len(pairs) > MAX_PAIRS:
        raise Invalid(f"Name at most {MAX_PAIRS} pairs. To request all pairs, leave the field empty.")
    seeds, priority = _seeds(fields.seeds), _priority(fields.priority)
    try:
        return checked_request(
            CreateJobsRequest,
            model=fields.model,
            benchmark=fields.benchmark,
            pairs=list(pairs) or None,
            seeds=seeds,
            label=label,
            priority=priority,
        )
    except InvalidRequest as error:
        raise Invalid(str(error)) from error


def _seeds(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not words or not all(word.isascii() and word.isdecimal() and len(word) <= 10 for word in words):
        raise Invalid("Seeds must be whole numbers from 0, separated by commas, such as 0, 1, 2.")
    seeds = tuple(dict.fromkeys(int(word) for word in words))
    if len(seeds) > MAX_SEEDS or max(seeds) > MAX_SEED:
        raise Invalid(f"Give at most {MAX_SEEDS} seeds, each at most {MAX_SEED}.")
    return seeds


def _priority(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,4}", text.strip()) or abs(int(text)) > MAX_PRIORITY:
        raise Invalid(f"The priority must be a whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}.")
    return int(text)


def _words(text: str) -> Sequence[str]:
    return [word for word in _SEPARATORS.split(text) if word]
