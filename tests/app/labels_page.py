"""The labels page as an operator has it on screen, and what is written after."""

from collections.abc import Iterator
from contextlib import contextmanager

from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.pages.labels import LabelsPage
from app.session import Session
from core.project.store import Project


@contextmanager
def labels_page(session: Session, qtbot: QtBot) -> Iterator[LabelsPage]:
    """On screen with its photos, the first one selected."""
    page = LabelsPage(session)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.retranslate()
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.grid.currentIndex().row() == 0)
    yield page
    page.leave()
    finish_in_order()


def labels(project: Project) -> list[str]:
    """What is written: the class names of all photos in the grid's order, "" where there is none."""
    finish_in_order()
    names = {entry.id: entry.name for entry in project.classes()}
    return [names.get(photo.class_id or 0, "") for photo in project.photos()]
