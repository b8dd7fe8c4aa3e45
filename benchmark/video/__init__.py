"""Reads video files: describes clips, and decodes clips to upright RGB frames with square pixels.

`track` imports PyAV; `pixels` and `read` import numpy. Importing the package itself imports neither PyAV nor
numpy.
"""

from benchmark.video.description import VideoDescription
from benchmark.video.display import DisplayMatrix, Orientation
from benchmark.video.faults import UnreadableVideo, VideoFault
from benchmark.video.timeline import Timeline

__all__ = [
    "DisplayMatrix",
    "Orientation",
    "Timeline",
    "UnreadableVideo",
    "VideoDescription",
    "VideoFault",
]
