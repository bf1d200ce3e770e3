"""The engine played by the test, and a package that writes."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import app.on_site as on_site_module
import app.site_texts as site_texts_module
from app.pages.onsite import OnsitePage
from core.files import sha256_file
from core.onsite.answers import Writing, new_key
from core.onsite.line import as_written
from core.package.archive import TextPackage
from core.problems import Problem
from core.tasks.texts import TextTask
from core.training.events import Progress, WrittenPart, Wrote

QUESTIONS = ("不良はありますか?", "何色ですか?")


def package_that_writes(monkeypatch: pytest.MonkeyPatch, task: TextTask) -> None:
    """Every package that is opened writes."""

    def refuse(path: Path) -> None:
        raise Problem("package.of_texts", name=path.name)

    manifest = SimpleNamespace(task=task, questions=QUESTIONS if task == "vqa" else (), language="ja")
    monkeypatch.setattr(on_site_module, "open_package", refuse)
    monkeypatch.setattr(
        site_texts_module,
        "open_any_package",
        lambda path: TextPackage(path, manifest),  # type: ignore[arg-type]
    )


def loaded(page: OnsitePage) -> None:
    """The engine says that the package is loaded."""
    tell(page, Progress(done=1, total=1))


def write(page: OnsitePage, photo: Path, *told: tuple[str, str, float, bool], request: int = 0) -> list[str]:
    """What the engine does with a photo: keep records of question, text, confidence and whether it is unsure, and tell
    them. Gives the records' names."""
    key = new_key()
    parts = tuple(
        WrittenPart(
            question=question, text=text, confidence=confidence, unsure=unsure, record=f"{key}-{number}"
        )
        for number, (question, text, confidence, unsure) in enumerate(told)
    )
    assert page.texts.book is not None and page.texts.package is not None
    writing = Writing(str(photo), parts, 0.1, key, sha256_file(photo))
    page.texts.book.add([as_written(writing, page.texts.package.manifest.task)])
    tell(page, Wrote(request=request, photo=str(photo), parts=parts, seconds=0.1))
    return [part.record for part in parts]


def tell(page: OnsitePage, event: object) -> None:
    """An event from the engine."""
    assert page.texts._engine is not None
    page.texts._engine.told.emit(event)
