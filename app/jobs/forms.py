"""Reads the form of the page of jobs into a wish."""

import re
from collections.abc import Sequence

from app.errors import Invalid
from app.jobs.view_models import Typed
from benchmark.wire.common import MAX_SEED
from benchmark.wire.jobs import MAX_PAIRS, MAX_PRIORITY, MAX_SEEDS, CreateJobsRequest
from benchmark.wire.validation import InvalidRequest, checked_request

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
_SEPARATORS = re.compile(r"[\s,]+")


def read_job_request(typed: Typed) -> CreateJobsRequest:
    """Return what a person asks for.

    Raises:
        Invalid: a field cannot be read; the message names it.
    """
    if not _SLUG.fullmatch(typed.model):
        raise Invalid("Choose a model.")
    if not _SLUG.fullmatch(typed.benchmark):
        raise Invalid("Choose a benchmark.")
    label = typed.label.strip()
    if not _LABEL.fullmatch(label):
        raise Invalid("A label is letters, digits, '.', '_' and '-', at most 64.")
    pairs = tuple(dict.fromkeys(_words(typed.pairs)))
    if len(pairs) > MAX_PAIRS:
        raise Invalid(f"Name at most {MAX_PAIRS} pairs, or none for all.")
    seeds, priority = _seeds(typed.seeds), _priority(typed.priority)
    try:
        return checked_request(
            CreateJobsRequest,
            model=typed.model,
            benchmark=typed.benchmark,
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
        raise Invalid("Seeds are whole numbers from 0, such as 0 or 0, 1, 2.")
    seeds = tuple(dict.fromkeys(int(word) for word in words))
    if len(seeds) > MAX_SEEDS or max(seeds) > MAX_SEED:
        raise Invalid(f"Give at most {MAX_SEEDS} seeds, each at most {MAX_SEED}.")
    return seeds


def _priority(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,4}", text.strip()) or abs(int(text)) > MAX_PRIORITY:
        raise Invalid(f"The priority is a whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}.")
    return int(text)


def _words(text: str) -> Sequence[str]:
    return [word for word in _SEPARATORS.split(text) if word]
