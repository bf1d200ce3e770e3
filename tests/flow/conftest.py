"""Whole journeys: the real window, the real engine, the sample's photos."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtWidgets import QApplication

from app.session import Session
from app.tour import Operator
from app.window import MainWindow
from core.assets import ASSETS
from core.photos.scan import scan
from core.project.store import Project
from core.settings import Settings, save_settings

SAMPLE = ASSETS / "sample" / "train"
PRODUCTS = 4
PHOTOS_OF_EACH = 10


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    """Forty photos in four sub-folders, and a file that only pretends to be one."""
    folder = tmp_path / "写真"
    plenty = [place for place in sorted(SAMPLE.iterdir()) if len(list(place.iterdir())) >= PHOTOS_OF_EACH]
    for product in plenty[:PRODUCTS]:
        (folder / product.name).mkdir(parents=True)
        for photo in sorted(product.glob("*.jpg"))[:PHOTOS_OF_EACH]:
            shutil.copy(photo, folder / product.name)
    (folder / "壊れた.jpg").write_bytes(b"no photo")
    return folder


@pytest.fixture
def labelled_project(tmp_path: Path, photo_folder: Path) -> Path:
    """The folder of a closed project with all photos labelled."""
    with Project.create(tmp_path / "検査", "検査") as project:
        project.add_photos(scan(photo_folder))
        project.label_by_folders("ja")
        return project.folder


@pytest.fixture
def operator(qapp: QApplication) -> Iterator[Operator]:
    """Someone at a new window, in Japanese."""
    qapp.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    save_settings(Settings(language="ja", theme="light"))
    session = Session()
    window = MainWindow(session)
    window.resize(1366, 768)
    window.show()
    yield Operator(window)
    window.onsite.at_work.close()
    session.engine.kill()
    window.close()
    QThreadPool.globalInstance().waitForDone()
    session.close_project()
    window.deleteLater()
