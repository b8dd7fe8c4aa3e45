"""One reader for video files: describes a clip and decodes it as upright RGB frames with square pixels.

PyAV is imported by `track`, and numpy by `pixels` and `read`; importing this package loads neither.
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
