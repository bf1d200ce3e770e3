"""The files that belong to this program: what a double-click opens, by their endings."""

from pathlib import Path
from typing import Final

PROJECT_SUFFIX: Final = ".hikidashi"
PACKAGE_SUFFIX: Final = ".hkd"
MODELS_SUFFIX: Final = ".hkmodels"
DOCUMENT_SUFFIXES: Final = (PROJECT_SUFFIX, PACKAGE_SUFFIX, MODELS_SUFFIX)


def is_document(word: str) -> bool:
    """Whether a word of the command line is such a file, or a project's folder, and no command."""
    path = Path(word)
    return path.suffix.lower() in DOCUMENT_SUFFIXES or (path / "project.hikidashi").is_file()
