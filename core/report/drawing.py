"""The chart as plain shapes; HTML draws them as SVG, PDF as they are. Origin top left, y downwards."""

from dataclasses import dataclass
from typing import Literal

from core.report.blocks import Bar, Chart, Kind
from core.report.measures import percent

WIDTH = 340.0
INK, MUTED, RULE = "#1f2328", "#5b6168", "#d5d0c8"
COLOURS: dict[Kind, str] = {"before": "#a9adb2", "after": "#0b5c6b"}

_VALUE_WIDTH = 46.0
_TITLE, _BAR, _GAP, _LEGEND, _AXIS = 15.0, 11.0, 4.0, 14.0, 14.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Rect:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float


@dataclass(frozen=True)
class Label:
    """Text on a base line."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False


Shape = Rect | Line | Label


@dataclass(frozen=True)
class Drawing:
    """Shapes, and the size of what they fill."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def draw(chart: Chart) -> Drawing:
    """The bars with their intervals as whiskers, below a legend, above an axis from 0 to 100 %."""
    shapes: list[Shape] = []
    y = 0.0
    for kind, name in chart.names:
        shapes.append(Rect(0, y + 2, 9, 9, COLOURS[kind]))
        shapes.append(Label(14, y + 10, name, 9, MUTED))
        y += _LEGEND
    top = y + _GAP
    y = top
    bars: list[Shape] = []
    for title, group in chart.groups:
        bars.append(Label(0, y + 11, title, 9.5, INK, bold=True))
        y += _TITLE
        for bar in group:
            bars += _bar(bar, y)
            y += _BAR + _GAP
        y += _GAP
    axis = [_tick(share, top + _TITLE, y) for share in _TICKS]
    names: list[Shape] = [
        Label(_x(share), y + 10, f"{100 * share:.0f} %", 8, MUTED, "middle" if share else "start")
        for share in _TICKS
    ]
    return Drawing(WIDTH, y + _AXIS, (*axis, *shapes, *bars, *names))


def _bar(bar: Bar, y: float) -> list[Shape]:
    shapes: list[Shape] = [Rect(0, y, max(_x(bar.share), 0.8), _BAR, COLOURS[bar.kind])]
    if bar.low is not None and bar.high is not None:
        middle, low, high = y + _BAR / 2, _x(bar.low), _x(bar.high)
        shapes.append(Line(low, middle, high, middle, INK, 1.2))
        shapes += [Line(end, middle - 3, end, middle + 3, INK, 1.2) for end in (low, high)]
    shapes.append(Label(WIDTH, y + _BAR - 2, percent(bar.share), 9.5, INK, "end", bold=bar.kind == "after"))
    return shapes


def _tick(share: float, top: float, bottom: float) -> Line:
    return Line(_x(share), top, _x(share), bottom, RULE, 0.6)


def _x(share: float) -> float:
    return share * (WIDTH - _VALUE_WIDTH - 6)
