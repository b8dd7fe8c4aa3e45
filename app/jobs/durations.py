"""Formats durations as text, rounded to one unit."""

from benchmark.plurals import counted

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def ago(seconds: float) -> str:
    """Return how long ago an event was, as text.

    >>> ago(0.4), ago(75), ago(7200)
    ('just now', '1 minute ago', '2 hours ago')
    """
    return "just now" if seconds < 1 else f"{span(seconds)} ago"


def span(seconds: float) -> str:
    """Return a duration as text, rounded down to whole days, hours, minutes or seconds.

    The text uses the largest unit that is not longer than the duration. For example, 90 minutes become one
    hour.

    >>> span(0), span(59.9), span(60), span(86_400 * 3)
    ('0 seconds', '59 seconds', '1 minute', '3 days')
    """
    for unit, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return counted(int(seconds), "second")


def time_left(seconds: float) -> str:
    """Return the remaining time as text, rounded up.

    >>> time_left(20), time_left(61), time_left(5400)
    ('less than a minute left', 'about 2 minutes left', 'about 2 hours left')
    """
    if seconds < _MINUTE:
        return "less than a minute left"
    for unit, size, up_to in (("minute", _MINUTE, _HOUR), ("hour", _HOUR, 2 * _DAY)):
        if seconds <= up_to:
            return f"about {counted(-int(-seconds // size), unit)} left"
    return f"about {counted(-int(-seconds // _DAY), 'day')} left"
