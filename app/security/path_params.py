"""Defines the path parameters of routes. The value of each parameter must match a pattern."""

from typing import Annotated

from fastapi import Path

from benchmark.wire.common import BROUGHT_NAME, MAX_PAIR_ID_CHARS, PUBLIC_ID, SLUG, SUBMISSION_NAME, TOKEN

SlugPath = Annotated[str, Path(pattern=SLUG)]
SubmissionPath = Annotated[
    str, Path(pattern=SUBMISSION_NAME, description="The id of a submission, or `model` or `model@label`.")
]
PublicIdPath = Annotated[str, Path(pattern=PUBLIC_ID)]
TokenPath = Annotated[str, Path(pattern=TOKEN)]
PairIdPath = Annotated[str, Path(max_length=MAX_PAIR_ID_CHARS, pattern=BROUGHT_NAME)]
ScenarioPath = Annotated[str, Path(max_length=100, pattern=BROUGHT_NAME)]
LinkSecretPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
PseudonymPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Sha256Path = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
