r"""Paths beyond 260 characters on Windows: `\\?\` before those of a drive, `\\?\UNC\` before those of a server."""

import os

_LONG = 240  # Windows takes folders up to 248 characters


def reachable(path: str | os.PathLike[str]) -> str:
    """The path as this system's file calls take it, however long; for opening only, never to keep or to show."""
    text = os.fspath(path)
    if os.name != "nt" or len(text) < _LONG or text.startswith("\\\\?\\"):
        return text
    text = os.path.abspath(text)
    return "\\\\?\\UNC" + text[1:] if text.startswith("\\\\") else "\\\\?\\" + text
