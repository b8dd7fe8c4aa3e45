"""Limits torch to one thread: on a small shared machine, two threads make tiny networks 20 times slower."""

import torch

torch.set_num_threads(1)
