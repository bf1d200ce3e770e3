"""No word reaches the window without passing a translator: read from the source of app."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
SOURCES = sorted(APP.rglob("*.py"))

JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]")
LETTER = re.compile(r"[^\W\d_]")
TRANSLATORS = {"tr", "translate", "QT_TRANSLATE_NOOP", "QT_TR_NOOP"}
# Names are the same in every language: the language's own, and a font's.
NAMES = {"日本語", "BIZ UDPゴシック"}
SHOWS_TEXT = {
    *(
        "QLabel",
        "QPushButton",
        "QToolButton",
        "QCheckBox",
        "QRadioButton",
        "QGroupBox",
        "QAction",
        "QMessageBox",
    ),
    *(
        "setText",
        "setTitle",
        "setWindowTitle",
        "setToolTip",
        "setPlaceholderText",
        "setStatusTip",
        "setWhatsThis",
    ),
    *(
        "setAccessibleName",
        "setAccessibleDescription",
        "setInformativeText",
        "setDetailedText",
        "setLabelText",
    ),
    *("addItem", "addItems", "addAction", "addTab", "addRow", "addButton", "setHeaderLabels", "showMessage"),
    *("setPrefix", "setSuffix", "setFormat", "setPlainText", "setHtml"),
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(APP)))
def test_japanese_is_always_inside_a_translator(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [
        f"{path.name}:{node.lineno}: {node.value!r}"
        for node in _strings_outside_translators(tree)
        if JAPANESE.search(node.value) and node.value not in NAMES
    ]
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(APP)))
def test_a_widget_never_shows_a_literal(path: Path) -> None:
    bare = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and _name(call) in SHOWS_TEXT:
            bare += [f"{path.name}:{call.lineno}: {text!r}" for text in _literal_texts(call)]
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(APP)))
def test_what_is_translated_is_a_literal(path: Path) -> None:
    """lupdate finds literals only: `tr(f"…")` and `tr(variable)` would stay Japanese for ever."""
    wrong = []
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and _name(call) == "tr" and call.args:
            first = call.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                wrong.append(f"{path.name}:{call.lineno}: {ast.unparse(call)}")
    assert not wrong, "\n".join(wrong)


def _strings_outside_translators(tree: ast.AST) -> Iterator[ast.Constant]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and _name(node) in TRANSLATORS:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        yield from _strings_outside_translators(node)


def _literal_texts(call: ast.Call) -> Iterator[str]:
    """Literals with a letter in them among the arguments, also as parts of f-strings and lists."""
    for argument in call.args:
        parts = argument.elts if isinstance(argument, ast.List | ast.Tuple) else [argument]
        for part in parts:
            values = part.values if isinstance(part, ast.JoinedStr) else [part]
            for value in values:
                if (
                    isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    and LETTER.search(value.value)
                ):
                    yield value.value


def _name(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
