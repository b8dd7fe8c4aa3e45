"""Gives a pipeline the averaged weights of a run, for validation and export."""

from collections.abc import Iterator
from contextlib import contextmanager

from models.motif.pipeline import MotifImageToVideoPipeline
from models.motif.unet import MotifUNet
from models.training.checkpoints import TrainState
from models.training.sharded_weights import is_sharded, whole_network


@contextmanager
def averaged_weights(state: TrainState, pipeline: MotifImageToVideoPipeline) -> Iterator[MotifUNet]:
    """Yield the pipeline's network with the averaged weights, complete in every process.

    If the weights are sharded, all processes call this function, and the pipeline gets a complete copy of the
    network. Each process can run a complete network by itself, so the processes can share the work of a
    validation.
    """
    trained = pipeline.unet
    if is_sharded(trained):
        pipeline.unet = whole_network(trained, state.ema.weights)
        try:
            yield pipeline.unet
        finally:
            pipeline.unet = trained
        return
    state.ema.swap(trained)
    try:
        yield trained
    finally:
        state.ema.swap(trained)
