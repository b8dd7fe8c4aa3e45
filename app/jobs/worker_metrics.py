"""Writes the health of workers as metrics in Prometheus text format. Each GPU of a fleet is one worker."""

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.tables.jobs import Worker
from benchmark.protocol import WorkerState

# Workers that were not seen for a day are omitted.
_WINDOW = timedelta(days=1)
_LABELS = ("worker", "device", "gpu")
_GAUGES = {
    "clips_done": "Clips that the worker completed.",
    "failures": "Attempts of the worker that failed.",
    "failures_in_a_row": "Attempts that failed since the worker's last clip.",
}


def worker_metrics(session: Session, *, now: datetime) -> bytes:
    """Return the state, clips, failures and last request time of each worker seen in the last day."""
    registry = CollectorRegistry()
    state = Gauge("ti2v_worker_state", "1 for the worker's state.", (*_LABELS, "state"), registry=registry)
    gauges = {
        name: Gauge(f"ti2v_worker_{name}", text, _LABELS, registry=registry) for name, text in _GAUGES.items()
    }
    seen = Gauge("ti2v_worker_seen_seconds", "Seconds since the last request.", _LABELS, registry=registry)
    for worker in session.scalars(select(Worker).where(Worker.last_seen_at > now - _WINDOW)):
        # Two people may each have a worker with the same name.
        labels = (f"{worker.name} ({worker.id})", worker.device, worker.gpu or "")
        for each in WorkerState:
            state.labels(*labels, each.value).set(each is worker.state)
        for name, gauge in gauges.items():
            gauge.labels(*labels).set(getattr(worker, name))
        seen.labels(*labels).set((now - worker.last_seen_at).total_seconds())
    return generate_latest(registry)
