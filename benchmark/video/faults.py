"""Defines the exception for unreadable videos and the codes of the reasons."""

from enum import StrEnum


class VideoFault(StrEnum):
    """The reason why a video cannot be read."""

    CANNOT_OPEN = "cannot_open"
    NO_VIDEO = "no_video"
    SEVERAL_VIDEOS = "several_videos"
    NO_FRAMES = "no_frames"
    NO_TIMES = "no_times"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MANY_PIXELS = "too_many_pixels"
    SIZE_CHANGES = "size_changes"
    UNDECODABLE = "undecodable"
    DISPLAY_MATRIX = "display_matrix"
    PIXEL_RATIO = "pixel_ratio"


class UnreadableVideo(ValueError):
    """A video cannot be read. The message states the reason; `fault` is the code of the reason."""

    def __init__(self, fault: VideoFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault
