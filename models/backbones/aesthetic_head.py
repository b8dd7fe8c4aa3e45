"""The LAION aesthetic predictor sa_0_4: a linear layer on normalised image features of CLIP ViT-L/14.

Source: LAION-AI/aesthetic-predictor, sa_0_4_vit_l_14_linear.pth (MIT). The head rates images from 0 to 10.
"""

import pickle
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from models.backbones.base import BackboneMissing, Features, first_line


class AestheticHead:
    """Rates images by their CLIP features.

    Args:
        checkpoint: a file with the tensors `weight` (1, dimensions) and `bias` (1,).

    Raises:
        BackboneMissing: the file does not exist, or contains the tensors of a different network.
    """

    def __init__(self, checkpoint: Path) -> None:
        try:
            state = torch.load(checkpoint, map_location="cpu", weights_only=True)
            self._weight = np.asarray(state["weight"].double().numpy())[0]
            self._bias = float(state["bias"].double()[0])
        except (
            OSError,
            RuntimeError,
            KeyError,
            IndexError,
            TypeError,
            EOFError,
            pickle.UnpicklingError,
        ) as error:
            raise BackboneMissing(
                f"{checkpoint.name} is not a linear aesthetic head (weight and bias): "
                f"{first_line(error)} Use sa_0_4_vit_l_14_linear.pth of "
                "LAION-AI/aesthetic-predictor."
            ) from error

    def rate(self, features: Features) -> NDArray[np.float64]:
        """Return one rating per row of CLIP features.

        Raises:
            BackboneMissing: a feature row and the head's weights have different numbers of dimensions.
        """
        if features.shape[1] != len(self._weight):
            raise BackboneMissing(
                f"The aesthetic head rates features of {len(self._weight)} numbers, but the CLIP network "
                f"computes {features.shape[1]}: use CLIP ViT-L/14."
            )
        rows = features.astype(np.float64)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True) @ self._weight + self._bias)
