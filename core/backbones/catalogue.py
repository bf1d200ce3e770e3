"""The backbones that can be downloaded, as assets/models.toml lists them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.assets import ASSETS
from core.problems import Language


@dataclass(frozen=True)
class Downloadable:
    """A pretrained tag of open_clip.

    `size_bytes` is what its weights take in float32; the server tells the exact size before a download begins.
    """

    name: str
    architecture: str
    tag: str
    size_bytes: int
    licence: str
    licence_url: str
    purpose: dict[Language, str]


@dataclass(frozen=True)
class EmbeddedTexts:
    """Licence and purpose of the backbone that ships with the program."""

    licence: str
    purpose: dict[Language, str]


@cache
def downloadables() -> tuple[Downloadable, ...]:
    """The catalogue, in the order in which it is shown."""
    return tuple(Downloadable(**entry) for entry in _content()["model"])


@cache
def embedded_texts() -> EmbeddedTexts:
    """What is said of the embedded backbone."""
    return EmbeddedTexts(**_content()["embedded"])


@cache
def imported_purpose() -> dict[Language, str]:
    """What is said of a backbone that was brought in as a file."""
    return dict(_content()["imported"]["purpose"])


@cache
def writer_purpose() -> dict[str, dict[Language, str]]:
    """What is said of models that write and were brought in: CoCa, and folders by the languages that they know."""
    return dict(_content()["writer"])


def _content() -> dict[str, Any]:
    return tomllib.loads((ASSETS / "models.toml").read_text(encoding="utf-8"))
