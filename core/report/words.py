"""The words of the report, and how figures are written in them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.assets import ASSETS
from core.problems import Language
from core.report.assumptions import SHARES, Assumptions
from core.report.measures import percent, span

_MOST_MONTHS = 1200  # what takes a hundred years never pays
_YEN = "JPY"


@dataclass(frozen=True)
class Words:
    """The words of one language. Keys of a table in the file are written `table.key`."""

    language: Language
    texts: Mapping[str, str]
    currency: str = _YEN

    def __call__(self, key: str, **facts: object) -> str:
        """A text, filled; values of facts are text already or are written as plain whole numbers."""
        told = {name: f"{fact:,}" if isinstance(fact, int) else fact for name, fact in facts.items()}
        return self.texts[key].format(**told)

    def listed(self, names: tuple[str, ...]) -> str:
        """Names one after the other."""
        return self.texts["list_join"].join(names)

    def span(self, low: float, high: float, measure: str = "") -> str:
        """From one share, or value of a measure, to another."""
        return span(low, high, measure, self.texts["to"])

    def money(self, amount: float) -> str:
        """An amount in the currency of the assumptions; cents are of no interest but in small amounts."""
        digits = 2 if 0 < abs(amount) < 10 else 0
        number = f"{amount:,.{digits}f}".replace("-", "−")
        if self.currency == _YEN and self.language == "ja":
            return f"{number} 円"
        return f"{self.currency} {number}" if self.language == "en" else f"{number} {self.currency}"

    def months(self, months: float | None) -> str:
        """A time to pay back; what takes longer than anyone waits is said to be never."""
        if months is None or months > _MOST_MONTHS:
            return self.texts["never"]
        return self("months", months=f"{months:.1f}")

    def assumption(self, name: str, assumed: Assumptions) -> str:
        """The value of an assumption with its unit."""
        value = getattr(assumed, name)
        if name in SHARES:
            return percent(value)
        number = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float | int) else str(value)
        return f"{number} {self.unit(name)}".strip()

    def unit(self, name: str) -> str:
        """The unit of an assumption, "" for a count."""
        currency = "円" if self.currency == _YEN and self.language == "ja" else self.currency
        return self.texts.get(f"unit.{name}", "").format(currency=currency)


def words_in(language: Language, currency: str = _YEN) -> Words:
    """The words of a language."""
    return Words(language, _texts(language), currency)


@cache
def _texts(language: Language) -> dict[str, str]:
    content = tomllib.loads((ASSETS / "report" / f"{language}.toml").read_text(encoding="utf-8"))
    return dict(_flat(content, ""))


def _flat(content: Mapping[str, Any], before: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in content.items():
        found += _flat(value, f"{before}{key}.") if isinstance(value, dict) else [(before + key, value)]
    return found
