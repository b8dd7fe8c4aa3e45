"""Creates the state of a run before its first step."""

import torch.distributed as dist

from models.motif.pipeline import MotifImageToVideoPipeline
from models.training.checkpoints import TrainState
from models.training.config import TrainingConfig
from models.training.ema import ExponentialMovingAverage
from models.training.optimisers import create_optimiser
from models.training.sharded_weights import shard_weights


def new_train_state(config: TrainingConfig, pipeline: MotifImageToVideoPipeline) -> TrainState:
    """Return the state before the first step.

    The state holds the pipeline's own network, so training changes this network.
    """
    network = pipeline.unet
    network.requires_grad_(True)
    if config.run.shard_weights and dist.is_initialized() and dist.get_world_size() > 1:
        shard_weights(network)
    if config.run.gradient_checkpointing:
        network.enable_gradient_checkpointing()
    optimiser = create_optimiser(network, config)
    ema = ExponentialMovingAverage(network, config.optimiser.ema_decay)
    return TrainState(network, ema, optimiser)
