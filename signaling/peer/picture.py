"""One picture, ready to paint. Owns the conversion from video to BGRA bytes; knows no Qt."""

from dataclasses import dataclass

from av import VideoFrame

from signaling.peer.tracks import I420


@dataclass(frozen=True, slots=True)
class Picture:
    """``bgra`` holds 4 * width * height bytes, rows from the top, no padding; alpha is opaque."""

    width: int
    height: int
    bgra: memoryview


def preview_of(picture: I420) -> Picture:
    """What this side sends (``Sources.picture()``), for its own small view."""
    return picture_from(VideoFrame.from_ndarray(picture, format="yuv420p"))


def picture_from(frame: VideoFrame) -> Picture:
    """Convert a decoded frame; no further copy is made where the rows are not padded."""
    converted = frame.reformat(format="bgra")
    plane = converted.planes[0]
    if plane.line_size == 4 * converted.width:
        return Picture(converted.width, converted.height, memoryview(plane).cast("B"))
    pixels = converted.to_ndarray()
    return Picture(converted.width, converted.height, memoryview(pixels.tobytes()))
