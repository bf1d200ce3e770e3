"""The monitor in plain words, for the page, the daily page and the log: `assets/monitor`."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.assets import ASSETS
from core.evaluation.intervals import wilson
from core.onsite.monitor.limits import MonitorLimits
from core.onsite.monitor.look import Sign, Window
from core.onsite.monitor.monitor import Status
from core.problems import Language


@dataclass(frozen=True)
class MonitorWords:
    """The words of one language, by `table.key`."""

    language: Language
    texts: Mapping[str, Mapping[str, str]]

    def __call__(self, key: str, **facts: object) -> str:
        """A text, filled."""
        table, name = key.split(".")
        return self.texts[table][name].format(**facts)

    def signs(self, signs: Sequence[Sign]) -> str:
        """Signs, one after the other."""
        return self("sign.join").join(self(f"sign.{sign}") for sign in signs) or self("sign.none")

    def headline(self, status: Status) -> str:
        """The health in a few words."""
        return self(f"level.{status.level}")

    def why(self, status: Status) -> str:
        """The health in a sentence."""
        last = status.last
        return self(
            f"why.{status.level}",
            missing=status.missing,
            photos=0 if last is None else last.photos,
            windows=status.limits.windows,
            signs="" if last is None else self.signs(last.signs),
        )

    def advice(self, status: Status) -> tuple[str, ...]:
        """What to do about each sign."""
        return () if status.last is None else tuple(self(f"do.{sign}") for sign in status.last.signs)

    def figures(self, status: Status) -> tuple[str, ...]:
        """The five figures of the newest look, one sentence each."""
        window = status.last
        if window is None:
            return () if status.has_reference else (self("figure.no_reference"),)
        seconds = self(
            "figure.seconds", usual=seconds_text(window.seconds), most=seconds_text(window.seconds_95)
        )
        return (
            self._drift(window, status.has_reference),
            self._unsure(window),
            self("figure.mix_learning")
            if window.mix is None
            else self("figure.mix", share=percent(window.mix)),
            self.disagreement(window.decided, window.disagreed),
            seconds,
        )

    def disagreement(self, decisions: int, other: int) -> str:
        """How often people disagreed, with the 95 % interval of that rate."""
        if not decisions:
            return self("figure.no_decision")
        low, high = wilson(other, decisions)
        return self("figure.disagreement", count=decisions, other=other, low=percent(low), high=percent(high))

    def rules(self, limits: MonitorLimits) -> tuple[str, ...]:
        """The windows and thresholds, one sentence each."""
        facts = {
            "window": limits.window,
            "windows": limits.windows,
            "unlike": percent(limits.unlike),
            "chance": percent(limits.chance),
            "factor": f"{limits.unsure_factor:g}",
            "mix": percent(limits.mix),
            "disagreement": percent(limits.disagreement),
            "seconds": f"{limits.seconds:g}",
        }
        keys = ("window", "windows", "drift", "unsure", "mix", "disagreement", "seconds")
        return tuple(self(f"rule.{key}", **facts) for key in keys)

    def _drift(self, window: Window, has_reference: bool) -> str:
        if not has_reference:
            return self("figure.no_reference")
        if window.unlike is None:
            return self("figure.drift_few")
        return self("figure.drift", photos=window.photos, count=round(window.unlike * window.photos))

    def _unsure(self, window: Window) -> str:
        facts = {"photos": window.photos, "count": window.unsure}
        if window.unsure_expected is None:
            return self("figure.unsure_unknown", **facts)
        return self("figure.unsure", **facts, expected=percent(window.unsure_expected))


def monitor_words(language: Language) -> MonitorWords:
    """The words of a language."""
    return MonitorWords(language, _texts(language))


def percent(share: float) -> str:
    """A share as people read it; whole where it is large."""
    if share >= 0.0995:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"


def seconds_text(seconds: float) -> str:
    """Seconds to two figures."""
    if seconds <= 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(seconds)))
    return f"{seconds:.{digits}f}"


@cache
def _texts(language: Language) -> dict[str, dict[str, str]]:
    return tomllib.loads((ASSETS / "monitor" / f"{language}.toml").read_text(encoding="utf-8"))
