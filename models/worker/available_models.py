"""Selects the models that a worker offers: requested models, or all models that this machine can run."""

from models.generators.registry import generators, get_entry
from models.worker.errors import NoModelAvailable

NOTHING = "none"


def select_models(names: str | None, batch: int | None, *, may_be_empty: bool = False) -> dict[str, int]:
    """Return the models to offer: their batch sizes, keyed by model name.

    Args:
        names: comma-separated model names, or `none`; if None, all models that can run on this machine are
            selected.
        batch: batch size; if None, each model has its default batch size.
        may_be_empty: whether the result may have no models, because the worker offers suites of metrics.

    Raises:
        UnknownModel: a requested name is not the name of a model.
        NoModelAvailable: a requested model cannot run on this machine, or no model can run. The message says
            why.
    """
    if names == NOTHING:
        if not may_be_empty:
            raise NoModelAvailable(
                "--models none leaves nothing to offer, because this worker offers no suite of metrics. "
                "Name models, or a suite that can run on this machine."
            )
        return {}
    if names is None:
        entries = [entry for entry in generators().values() if entry.unavailable_reason() is None]
    else:
        entries = [get_entry(name.strip()) for name in names.split(",") if name.strip()]
        for entry in entries:
            reason = entry.unavailable_reason()
            if reason is not None:
                raise NoModelAvailable(f"{entry.name} cannot run on this machine. {reason}")
        if not entries:
            raise NoModelAvailable("--models is empty. Omit the option to offer all models that can run.")
    if not entries and not may_be_empty:
        raise NoModelAvailable(
            "No model can run on this machine. To see what each one needs, run: ti2v generators"
        )
    return {entry.name: batch or entry.batch for entry in entries}
