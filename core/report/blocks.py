"""The parts that a document is made of; HTML and PDF are two layouts of the same parts, so both say the same."""

from dataclasses import dataclass
from typing import Literal

from core.problems import Language

Tone = Literal["ok", "warn", "bad"]
Kind = Literal["before", "after"]


@dataclass(frozen=True)
class Text:
    """A paragraph; `small` for what stands below something, `code` for what is typed."""

    text: str
    style: Literal["plain", "small", "code"] = "plain"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """A headline and its sentences, in a box; its tone is carried by a mark, too."""

    tone: Tone
    headline: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Tile:
    """One figure to be seen from afar."""

    label: str
    value: str
    note: str


@dataclass(frozen=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Table:
    """Rows of text below a head (which may be empty). Columns from `numbers` on are set to the right; `total`: the
    last row is a sum. `small`: in small letters."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int | None = None
    total: bool = False
    small: bool = False


@dataclass(frozen=True)
class Bar:
    """A share 0-1, with its interval where it is known."""

    kind: Kind
    share: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """Bars from 0 to 100 %, in named groups."""

    names: tuple[tuple[Kind, str], ...]
    groups: tuple[tuple[str, tuple[Bar, ...]], ...]


@dataclass(frozen=True)
class Boxes:
    """Empty boxes to sign in, each with its name."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A heading and what stands below it."""

    heading: str
    blocks: "tuple[Block, ...]"


@dataclass(frozen=True)
class Columns:
    """Two parts side by side."""

    left: Part
    right: Part


Block = Text | Bullets | Verdict | Tiles | Table | Chart | Boxes | Part | Columns


@dataclass(frozen=True)
class Document:
    """A document in one language: the front, which is one page, and what follows it."""

    language: Language
    title: str
    made: str
    front: tuple[Block, ...]
    appendix_title: str
    appendix: tuple[Part, ...]
