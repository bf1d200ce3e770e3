"""What can go wrong, as data: a code and the facts; the words live in assets/messages.

Every message says what happened, why, and what to do (事象・原因・対処), in Japanese and English.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from core.assets import ASSETS

Language = Literal["ja", "en"]


class Problem(Exception):
    """Something the operator can act on.

    `code` is `room.name` and has its texts in `assets/messages/room.toml`; `data` fills them.
    """

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code, data)
        self.code = code
        self.data = data

    def __str__(self) -> str:
        return str(problem_text(self.code, self.data, "en"))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.data)


@dataclass(frozen=True)
class ProblemText:
    """事象・原因・対処 in one language."""

    what: str
    why: str
    do: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.do) if part)


def problem_text(code: str, data: dict[str, Any], language: Language) -> ProblemText:
    """The words for a problem; a code without words is itself said plainly."""
    entry = catalogue().get(code)
    if entry is None:
        return ProblemText(what=code, why=", ".join(f"{k}={v}" for k, v in data.items()), do="")
    texts = entry[language]
    return ProblemText(*(_fill(texts[part], data) for part in ("what", "why", "do")))


@cache
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """All message texts: code → language → what | why | do."""
    texts: dict[str, dict[str, dict[str, str]]] = {}
    for path in sorted((ASSETS / "messages").glob("*.toml")):
        texts |= tomllib.loads(path.read_text(encoding="utf-8"))
    return texts


def _fill(text: str, data: dict[str, Any]) -> str:
    return text.format_map(_Known({key: str(value) for key, value in data.items()}))


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(code: str, data: dict[str, Any]) -> Problem:
    return Problem(code, **data)
