"""Parses the questionnaire of a study."""

from collections.abc import Mapping

from app.errors import InvalidFields
from app.languages import gettext_noop
from benchmark.wire.phases import (
    MAX_ANSWER_CHARS,
    ChoiceQuestion,
    NumberQuestion,
    Question,
    QuestionnairePhase,
)

Answers = Mapping[str, str | int]


def parse_questionnaire(phase: QuestionnairePhase, submitted: Mapping[str, str]) -> Answers:
    """Return the answers, keyed by the key of the question. Questions without an answer are omitted.

    Raises:
        InvalidFields: an answer is missing or wrong; the error names every question with such an answer.
    """
    answers: dict[str, str | int] = {}
    problems: dict[str, str] = {}
    for question in phase.questions:
        text = submitted.get(question.key, "").strip()
        if not text:
            if question.required:
                problems[question.key] = gettext_noop("Please answer this question.")
            continue
        try:
            answers[question.key] = _answer(question, text)
        except ValueError as problem:
            problems[question.key] = str(problem)
    if problems:
        raise InvalidFields(problems)
    return answers


def _answer(question: Question, text: str) -> str | int:
    if isinstance(question, ChoiceQuestion):
        if text not in question.options:
            raise ValueError("Choose one of the answers.")
        return text
    if isinstance(question, NumberQuestion):
        return _number(question, text)
    if len(text) > MAX_ANSWER_CHARS:
        raise ValueError("This answer is too long.")
    return text


def _number(question: NumberQuestion, text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise ValueError("Write a whole number, such as 24.")
    number = int(text)
    if not question.minimum <= number <= question.maximum:
        raise ValueError("This number is too small or too large.")
    return number
