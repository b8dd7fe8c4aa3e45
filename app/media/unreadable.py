"""Turns a file that cannot be read from the media store into an error for the user."""

from app.errors import Unavailable
from app.media.store import MediaDamaged


def unreadable(subject: str, error: Exception) -> Unavailable:
    """Return the error to raise; `subject` starts the sentence, such as "This image"."""
    if isinstance(error, MediaDamaged):
        return Unavailable(
            f"{subject} is damaged in the media store. Ask the operator of this server to restore the file "
            "that the server's log names from a backup."
        )
    return Unavailable(f"{subject} cannot be read right now. Try again later.")
