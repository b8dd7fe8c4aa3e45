"""Imports Ray with our settings. All other modules import Ray from this module only."""

import os

# Ray reads these variables when it is imported. Without the second variable, Ray (also on Linux) replaces
# 127.0.0.1 by the machine's address. A local cluster would then be open to the network, and a worker could
# not join a cluster on loopback.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")

import ray
from ray.exceptions import ObjectLostError, RayActorError, RayError, RayTaskError
from ray.util import ActorPool

__all__ = ["ActorPool", "ObjectLostError", "RayActorError", "RayError", "RayTaskError", "ray"]
