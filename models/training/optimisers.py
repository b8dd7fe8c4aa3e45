"""Creates the optimiser of a run: complete in every process, or sharded over the processes (ZeRO-1)."""

import torch
import torch.distributed as dist
from torch import nn

from models.training.config import TrainingConfig


def create_optimiser(network: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    """Return AdamW for the weights of a network.

    With `run.shard_weights`, the weights are already sharded, and so are their moments. With
    `run.shard_optimiser` and several processes, each process stores and updates the moments of its share of
    the weights, and sends the updated weights to the other processes (ZeRO stage 1, arXiv:1910.02054). The
    results do not change.
    """
    settings = config.optimiser
    weights, betas = list(network.parameters()), (settings.beta1, settings.beta2)
    is_sharded = config.run.shard_optimiser and not config.run.shard_weights
    if is_sharded and dist.is_initialized() and dist.get_world_size() > 1:
        # Import here, because only sharded runs need this class, and the import warns that torch.jit is
        # deprecated.
        from torch.distributed.optim import ZeroRedundancyOptimizer

        return ZeroRedundancyOptimizer(
            weights,
            optimizer_class=torch.optim.AdamW,
            lr=settings.learning_rate,
            betas=betas,
            weight_decay=settings.weight_decay,
            # Do not use fused AdamW: after a resume, ZeroRedundancyOptimizer stores step counts on the CPU.
            fused=False,
        )
    return torch.optim.AdamW(
        weights,
        lr=settings.learning_rate,
        betas=betas,
        weight_decay=settings.weight_decay,
        fused=weights[0].device.type == "cuda",
    )


def collect_moments(optimiser: torch.optim.Optimizer) -> None:
    """Collect the moments of a sharded optimiser in the first process, for `state_dict`.

    All processes call this function. The function does nothing if the optimiser is not sharded.
    """
    consolidate = getattr(optimiser, "consolidate_state_dict", None)
    if consolidate is not None:
        consolidate(to=0)
