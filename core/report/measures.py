"""How measured figures are written, whoever tells them: shares, their spans, and differences in points.

CIDEr runs from 0 to 10 and is written as it is; every other measure is a share.
"""

from core.training.result import Interval

_CIDER = "cider"


def percent(share: float | None) -> str:
    """A share as people read it."""
    return "–" if share is None else f"{100 * share:.1f} %"


def points(difference: float, digits: int = 1) -> str:
    """A difference of shares, signed, in percentage points: 50 % after 40 % are 10 points, not 10 %."""
    return _signed(100 * difference, digits)


def figure(value: float, measure: str = "") -> str:
    """One figure of a measure."""
    return f"{value:.2f}" if measure == _CIDER else percent(value)


def between(low: float, high: float, measure: str = "", to: str = "–") -> str:
    """From low to high, without a unit; a language has a `to` of its own in sentences."""
    scale, digits = (1, 2) if measure == _CIDER else (100, 1)
    return f"{scale * low:.{digits}f}{to}{scale * high:.{digits}f}"


def span(low: float, high: float, measure: str = "", to: str = "–") -> str:
    """From low to high."""
    return between(low, high, measure, to) + (" %" if is_share(measure) else "")


def with_span(found: Interval, measure: str = "") -> str:
    """A figure, and in brackets from low to high."""
    return f"{figure(found.mean, measure)} ({between(found.low, found.high, measure)})"


def gain_between(low: float, high: float, measure: str = "", to: str = " – ") -> str:
    """A difference from low to high, shares in whole points."""
    ends = (_signed(end, 2) if measure == _CIDER else points(end, 0) for end in (low, high))
    return to.join(ends)


def gain(found: Interval, measure: str = "") -> str:
    """A difference, and in brackets from low to high; shares in points."""
    mean, low, high = (
        _signed(value, 2) if measure == _CIDER else points(value)
        for value in (found.mean, found.low, found.high)
    )
    return f"{mean} ({low} – {high})"


def is_share(measure: str) -> bool:
    """Whether its differences are points."""
    return measure != _CIDER


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "−")
