"""What a package tells about itself as a page, `report.html`: the look and the chart of the PoC report, both
languages. It is about the file at hand; cost and verdict for who signs are in the PoC report alone."""

from collections.abc import Callable

from core.package.manifest import Manifest
from core.package.story import Bars, Story, Table, Verdict, tell
from core.package.story import Block as StoryBlock
from core.problems import Language
from core.report import blocks
from core.report.html import html_page

LANGUAGES: tuple[Language, ...] = ("ja", "en")


def report_page(manifest: Manifest, verdict: Verdict) -> str:
    """The page of a package that tells classes apart."""
    return page_of(lambda language: tell(manifest, verdict, language))


def page_of(story: Callable[[Language], Story]) -> str:
    """A page in both languages, of the story in each."""
    return html_page([_document(story(language)) for language in LANGUAGES])


def _document(story: Story) -> blocks.Document:
    parts = tuple(
        blocks.Part(section.heading, tuple(_block(block) for block in section.blocks))
        for section in story.sections
    )
    return blocks.Document(
        story.language, story.title, story.made, front=parts, appendix_title="", appendix=()
    )


def _block(block: StoryBlock) -> blocks.Block:
    match block:
        case str():
            return blocks.Text(block)
        case Table():
            return blocks.Table(block.head, block.rows)
        case Bars():
            return _chart(block)
        case _:
            return blocks.Bullets(block)


def _chart(bars: Bars) -> blocks.Chart:
    groups = tuple((name, _pair(before, after)) for name, before, after in bars.rows)
    names: tuple[tuple[blocks.Kind, str], ...] = (("before", bars.before), ("after", bars.after))
    return blocks.Chart(names, tuple((name, pair) for name, pair in groups if pair))


def _pair(before: float | None, after: float | None) -> tuple[blocks.Bar, ...]:
    both: tuple[tuple[blocks.Kind, float | None], ...] = (("before", before), ("after", after))
    return tuple(blocks.Bar(kind, share) for kind, share in both if share is not None)
