"""The longest allowed text of a field fits into its column, on both databases; a longer text gets 422."""

from dataclasses import dataclass
from typing import Any

from tests.acting import refused
from tests.app.api.conftest import client_of
from tests.cast import BENCHMARK, Cast

# Four bytes in UTF-8: columns count letters, not bytes.
LETTER = "\N{GRINNING FACE}"
PLAIN = ("slug", "label")


@dataclass(frozen=True)
class Form:
    """A route, a valid body, and the maximum length of each text in the body."""

    method: str
    path: str
    body: dict[str, Any]
    lengths: dict[str, int]


def forms(cast: Cast) -> list[Form]:
    motif, cinemo = cast.submission_ids["motif"], cast.submission_ids["cinemo"]
    plan = {"benchmark": BENCHMARK, "matchups": [{"reference": motif, "other": cinemo}]}
    study = plan | {"slug": "longest", "title": "a"}
    submission = {"model": "motif", "benchmark": BENCHMARK}
    return [
        Form("PUT", "/models/longest", {"name": "a"}, {"name": 200, "description": 10_000, "licence": 200}),
        Form("POST", "/submissions", submission, {"label": 64}),
        Form("POST", "/studies", study, {"title": 200, "instructions": 10_000, "slug": 64}),
        Form("POST", f"/submissions/{motif}/withdraw", {"reason": "a"}, {"reason": 200}),
    ]


def test_the_longest_text_is_accepted_and_a_longer_text_is_422(either_cast: Cast) -> None:
    client = client_of(either_cast.context, either_cast.alice)

    for form in forms(either_cast):
        letters = {field: "a" if field in PLAIN else LETTER for field in form.lengths}
        for field, most in form.lengths.items():
            too_long = form.body | {field: letters[field] * (most + 1)}
            answer = client.request(form.method, f"/api/v1{form.path}", json=too_long)
            refused(answer, 422, "invalid_field")

        longest = {field: letters[field] * most for field, most in form.lengths.items()}
        answer = client.request(form.method, f"/api/v1{form.path}", json=form.body | longest)

        assert answer.status_code in (200, 201), (form.path, answer.text)
