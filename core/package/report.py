"""The report, `report.html`: one page without script, style or font from elsewhere; both languages."""

from html import escape

from core.package.manifest import Manifest
from core.package.story import Bars, Block, Story, Table, Verdict, percent, tell
from core.problems import Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")
_WIDEST = 85  # percent of the column: beside it stands the figure
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
body { font-family: "BIZ UDGothic", "Yu Gothic UI", "Hiragino Sans", "Noto Sans CJK JP", sans-serif;
       max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.7; color: #1d2429; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid #c8d0d6; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; }
th { border-bottom: 2px solid #c8d0d6; } td { border-bottom: 1px solid #e4e9ec; overflow-wrap: anywhere; }
.verdict { background: #eef4f8; padding: .6rem 1rem .6rem 2rem; border-radius: .5rem; }
.bars { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; align-items: center; }
.line { display: flex; align-items: center; gap: .5rem; font-size: .75rem; line-height: 1.1rem; }
.bar { height: .9rem; min-width: 1px; } .before { background: #a9b6bf; } .after { background: #1f77b4; }
.key { display: inline-block; width: 1rem; height: .7rem; margin: 0 .4rem 0 1rem; }
section + section { margin-top: 4rem; border-top: 3px solid #c8d0d6; }
@media (prefers-color-scheme: dark) { body { color: #e6eaed; background: #1b2126; } .verdict { background: #26323b; } }
"""


def report_page(manifest: Manifest, verdict: Verdict) -> str:
    """The report of a package."""
    stories = [tell(manifest, verdict, language) for language in LANGUAGES]
    body = "\n".join(_told(story) for story in stories)
    return (
        f'<!doctype html>\n<html lang="{LANGUAGES[0]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(stories[0].title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _told(story: Story) -> str:
    first, *others = story.sections
    parts = [f"<h1>{escape(story.title)}</h1>", f"<p>{escape(story.made)}</p>"]
    parts += [f"<h2>{escape(first.heading)}</h2>", *(_block(block, "verdict") for block in first.blocks)]
    for section in others:
        parts += [f"<h2>{escape(section.heading)}</h2>", *(_block(block) for block in section.blocks)]
    return f'<section lang="{story.language}">\n' + "\n".join(parts) + "\n</section>"


def _block(block: Block, kind: str = "plain") -> str:
    match block:
        case str():
            return f'<p class="{kind}">{escape(block)}</p>'
        case Table():
            return _table(block)
        case Bars():
            return _bars(block)
        case _:
            items = "".join(f"<li>{escape(sentence)}</li>" for sentence in block)
            return f'<ul class="{kind}">{items}</ul>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.head)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _bars(bars: Bars) -> str:
    rows = "".join(
        f"<div>{escape(name)}</div><div>{_bar(before, 'before')}{_bar(after, 'after')}</div>"
        for name, before, after in bars.rows
        if before is not None or after is not None
    )
    keys = "".join(
        f'<span class="key {kind}"></span>{escape(name)}'
        for kind, name in (("before", bars.before), ("after", bars.after))
    )
    return f'<p>{keys}</p>\n<div class="bars" role="img" aria-hidden="true">{rows}</div>'


def _bar(share: float | None, kind: str) -> str:
    if share is None:
        return ""
    width = f"{_WIDEST * share:.1f}%"
    return f'<div class="line"><div class="bar {kind}" style="width:{width}"></div><span>{percent(share)}</span></div>'
