"""The model card, `card.md`: Markdown, Japanese first, English below."""

import re
from collections.abc import Callable

from core.package.manifest import Manifest
from core.package.story import Bars, Block, Story, Table, Verdict, tell
from core.problems import Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")
_BETWEEN = "\n---\n\n"
_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


def model_card(manifest: Manifest, verdict: Verdict) -> str:
    """The card of a package that tells classes apart, in both languages."""
    return card_of(lambda language: tell(manifest, verdict, language))


def card_of(story: Callable[[Language], Story]) -> str:
    """A card in both languages, of the story in each."""
    return _BETWEEN.join(_told(story(language)) for language in LANGUAGES)


def own_language_first(card: str, language: Language) -> str:
    """A card as `model_card` made it, with a language's half at the top; any other text as it is."""
    halves = card.split(_BETWEEN)
    if len(halves) != len(LANGUAGES):
        return card
    return _BETWEEN.join(sorted(halves, key=lambda half: LANGUAGES[halves.index(half)] != language))


def _told(story: Story) -> str:
    lines = [f"# {_plain(story.title)}", _plain(story.made)]
    for section in story.sections:
        lines.append(f"## {_plain(section.heading)}")
        lines += [text for block in section.blocks if (text := _block(block))]
    return "\n\n".join(lines) + "\n"


def _block(block: Block) -> str:
    match block:
        case str():
            return _plain(block)
        case Table():
            rows = [block.head, ("---",) * len(block.head), *block.rows]
            cells = [["---" if cell == "---" else _plain(cell) for cell in row] for row in rows]
            return "\n".join(f"| {' | '.join(row)} |" for row in cells)
        case Bars():
            return ""  # the table beside it says the same
        case _:
            return "\n".join(f"- {_plain(sentence)}" for sentence in block)


def _plain(text: str) -> str:
    """Names may hold anything: on one line, and no Markdown of their own."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
