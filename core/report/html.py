"""Documents as one HTML file: nothing is loaded from elsewhere, and no script runs."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from core.assets import ASSETS
from core.report.blocks import Document
from core.report.drawing import COLOURS, draw

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = {"ok": "○", "warn": "△", "bad": "×"}


def html_page(documents: Sequence[Document]) -> str:
    """One file with a document after the other."""
    return _environment().get_template("report.html.j2").render(documents=documents)


@cache
def _environment() -> "Environment":
    # Not with the module: the window imports this when it starts, and writes a page rarely.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # autoescape for every template: class names are the operator's, and may hold anything.
    environment = Environment(
        loader=FileSystemLoader(ASSETS / "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"draw": draw, "marks": MARKS, "colours": COLOURS}
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment
