"""Computes training losses: the diffusion loss and the motion focal loss (MotiF, arXiv:2412.16153)."""

from models.losses.diffusion import PredictionType, diffusion_loss, prediction_target
from models.losses.flow_targets import flow_matching_latents, flow_matching_target, shifted_sigmas
from models.losses.motion_focal import MotifLoss, motif_loss, motion_focal_loss

__all__ = [
    "MotifLoss",
    "PredictionType",
    "diffusion_loss",
    "flow_matching_latents",
    "flow_matching_target",
    "motif_loss",
    "motion_focal_loss",
    "prediction_target",
    "shifted_sigmas",
]
