"""Estimates how long an annotator of unknown speed needs for a number of pairs."""

# The time that an annotator needs for one pair, including loading and watching both clips.
SECONDS_PER_PAIR = 25
# Longer estimates are given in hours; js/voting/progress.js uses the same limit.
MAX_MINUTES = 90


def estimated_duration(pairs: int) -> str:
    """Return the estimated time for a number of pairs, in minutes or hours.

    >>> estimated_duration(40)
    'about 17 minutes'
    >>> estimated_duration(320)
    'about 2 hours'
    """
    minutes = max(1, round(pairs * SECONDS_PER_PAIR / 60))
    if minutes >= MAX_MINUTES:
        return f"about {round(minutes / 60)} hours"
    return "about 1 minute" if minutes == 1 else f"about {minutes} minutes"
