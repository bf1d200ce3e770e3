"""The window's languages: Japanese is written in the source, English comes from a .ts file through Qt's tools.

`python -m app.translations update` collects new texts into the .ts, `compile` makes the .qm (the set-up does).
"""

import subprocess
import sys
from pathlib import Path

import PySide6
from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from core.assets import ASSETS
from core.problems import Language

FOLDER = ASSETS / "translations"
SOURCE = FOLDER / "hikidashi_en.ts"
COMPILED = FOLDER / "hikidashi_en.qm"
_APP = Path(__file__).parent

_installed: list[QTranslator] = []
_language: Language = "ja"


def spoken() -> Language:
    """The language the window speaks now."""
    return _language


def use_language(app: QApplication, language: Language) -> None:
    """Make the program speak a language from now on; widgets say their texts anew afterwards."""
    for translator in _installed:
        app.removeTranslator(translator)
    _installed.clear()
    global _language
    _language = language
    QLocale.setDefault(QLocale("ja_JP" if language == "ja" else "en_US"))
    if language == "en":
        _install(app, str(COMPILED))
    # Qt's own words: OK, Cancel, the file dialog.
    _install(
        app, str(Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / f"qtbase_{language}")
    )


def update() -> None:
    """Collect the texts of the window into the .ts file; what was translated stays."""
    files = sorted(str(path) for path in _APP.rglob("*.py"))
    _tool("lupdate", *files, "-source-language", "ja_JP", "-target-language", "en_US",
          "-locations", "none", "-no-obsolete", "-ts", str(SOURCE))  # fmt: skip


def compile_translations() -> None:
    """Make the .qm from the .ts."""
    _tool("lrelease", str(SOURCE), "-qm", str(COMPILED))


def is_stale() -> bool:
    """Whether the .qm is missing or older than its .ts."""
    return not COMPILED.exists() or COMPILED.stat().st_mtime < SOURCE.stat().st_mtime


def ensure_compiled() -> None:
    """Make the .qm when it is missing or old; a bundle brings it along."""
    if not getattr(sys, "frozen", False) and is_stale():
        compile_translations()


def _install(app: QApplication, path: str) -> None:
    translator = QTranslator(app)
    if translator.load(path):
        app.installTranslator(translator)
        _installed.append(translator)


def _tool(name: str, *words: str) -> None:
    folder = Path(PySide6.__file__).parent
    places = (folder / name, folder / f"{name}.exe", folder / "Qt" / "libexec" / name)
    program = next((path for path in places if path.exists()), None)
    if program is None:
        raise FileNotFoundError(f"{name} is not in {folder}")
    subprocess.run([str(program), *words], check=True)


if __name__ == "__main__":
    {"update": update, "compile": ensure_compiled}[sys.argv[1]]()
