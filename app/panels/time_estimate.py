"""Estimates how long an annotator of unknown speed needs for a number of pairs."""

from app.languages import translate_number
from benchmark.protocol import Language

# The time that an annotator needs for one pair, including loading and watching both clips.
SECONDS_PER_PAIR = 25
# Longer estimates are given in hours; js/voting/progress.js uses the same limit.
MAX_MINUTES = 90


def time_left(pairs: int, language: Language) -> str:
    """Return the estimated time for the remaining pairs in whole minutes, or in hours if the time is long.

    >>> time_left(40, Language.EN), time_left(320, Language.EN)
    ('About 17 minutes left', 'About 2 hours left')
    """
    minutes = max(1, round(pairs * SECONDS_PER_PAIR / 60))
    if minutes >= MAX_MINUTES:
        hours = round(minutes / 60)
        return translate_number(language, "About {n} hour left", "About {n} hours left", hours)
    return translate_number(language, "About {n} minute left", "About {n} minutes left", minutes)


def amount(pairs: int, language: Language) -> str:
    """Return a text with the maximum number of pairs per annotator, and the estimated time for these pairs.

    >>> amount(12, Language.EN), amount(1, Language.EN)
    ('Up to 12 pairs, about 5 minutes.', 'Up to 1 pair, about 1 minute.')
    """
    minutes = max(1, round(pairs * SECONDS_PER_PAIR / 60))
    if minutes >= MAX_MINUTES:
        time = translate_number(language, "{n} hour", "{n} hours", round(minutes / 60))
    else:
        time = translate_number(language, "{n} minute", "{n} minutes", minutes)
    return translate_number(
        language, "Up to {n} pair, about {time}.", "Up to {n} pairs, about {time}.", pairs, time=time
    )
