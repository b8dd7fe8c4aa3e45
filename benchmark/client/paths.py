"""Builds the URL paths of REST routes; several modules of the client use these paths."""

from urllib.parse import quote


def study_path(slug: str) -> str:
    return f"/studies/{quote(slug, safe='')}"


def annotator_path(slug: str, annotator: str) -> str:
    return f"{study_path(slug)}/annotators/{quote(annotator, safe='')}"
