"""One torch thread: on a small shared machine two make tiny networks twenty times slower."""

import torch

torch.set_num_threads(1)
