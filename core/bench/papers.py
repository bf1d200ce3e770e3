"""What papers print of the same protocol on the same set, beside which our own figures stand."""

import tomllib
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.assets import ASSETS
from core.evaluation.judged import harmonic_mean
from core.methods.presets import Preset

AVERAGE = "average"
BACKBONE = "ViT-B/16"


def paper_figures(
    protocol: str, set_name: str, preset: Preset, shots: int | None, learned_on: str | None = None
) -> dict[str, dict[str, Any]] | None:
    """By source, the accuracies 0-1 under our names; None where no paper has a row for it.

    H is that of the printed accuracies where it is not printed itself.
    """
    found: dict[str, dict[str, Any]] = {}
    if preset.name in _papers().not_meant:
        return None
    for table in _papers().table:
        asked = (table.protocol, table.shots, table.learned_on) == (protocol, shots, learned_on)
        if asked and preset.composition in table.columns and set_name in table.rows:
            cell = table.rows[set_name][table.columns.index(preset.composition)]
            found[table.source] = _named(table.measures, cell) | {"shots": table.shots, "backbone": BACKBONE}
    return found or None


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    protocol: str
    shots: int
    measures: tuple[str, ...]
    columns: tuple[str, ...]
    rows: dict[str, tuple[tuple[float, ...], ...]]
    learned_on: str | None = None


class _Papers(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    not_meant: tuple[str, ...]
    table: tuple[_Table, ...]


@cache
def _papers() -> _Papers:
    return _Papers.model_validate(tomllib.loads((ASSETS / "papers.toml").read_text(encoding="utf-8")))


def _named(measures: tuple[str, ...], percent: tuple[float, ...]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        name: round(value / 100, 4) for name, value in zip(measures, percent, strict=False)
    }
    if "h" in measures and "h" not in figures:
        h = harmonic_mean(figures["base"], figures["new"])
        figures["h"] = None if h is None else round(h, 4)
    return figures
