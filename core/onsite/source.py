"""Where photos come from, by its word on the command line: a camera or a folder."""

import re

CAMERA_NUMBER = re.compile(r"camera:(\d{1,3})")
_STREAM = re.compile(r"(rtsps?|https?)://[^/]+")


def is_camera(source: str) -> bool:
    """`camera:0` for the first camera of this PC, or the rtsp://, http:// or https:// address of a stream."""
    return bool(CAMERA_NUMBER.fullmatch(source) or _STREAM.match(source))
