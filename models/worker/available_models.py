"""Which models a worker offers: those it is told, or all that can run on its machine."""

from models.generators.registry import generators, get_entry
from models.worker.errors import NothingToOffer


def offered_batches(named: str | None, batch: int | None) -> dict[str, int]:
    """Return the models to offer and how many clips of each go through at once.

    Args:
        named: names with commas between; None offers everything that can run here.
        batch: clips at once; None is each model's usual number.

    Raises:
        UnknownModel: a name nobody goes by.
        NothingToOffer: a named model cannot run here, or none can; the message says why.
    """
    if named is None:
        entries = [entry for entry in generators().values() if entry.unavailable_reason() is None]
    else:
        entries = [get_entry(name.strip()) for name in named.split(",") if name.strip()]
        for entry in entries:
            reason = entry.unavailable_reason()
            if reason is not None:
                raise NothingToOffer(f"{entry.name} cannot run here. {reason}")
        if not entries:
            raise NothingToOffer("--models names no model; leave it out to offer all that can run here.")
    if not entries:
        raise NothingToOffer("No model can run here; `ti2v generators` says what each of them needs.")
    return {entry.name: batch or entry.batch for entry in entries}
