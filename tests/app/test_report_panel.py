"""The PoC report on the export page: cost live, assumptions remembered, both languages written and opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDoubleSpinBox, QListWidget
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.pages.export import ExportPage
from app.session import Session
from app.widgets.report_panel import ReportPanel
from core.project.store import Project
from core.report.assumptions import Assumptions
from core.report.gather import REMEMBERED, basis_of
from core.training.run import Run
from tests.app.run_data import make_project, make_run


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path) as project:
        yield project


def shown(qtbot: QtBot, project: Project, run: Run, folder: Path) -> tuple[ExportPage, ReportPanel]:
    session = Session()
    session.change_settings(last_folders={"export": str(folder)}, language="ja")
    session.take_project(project)
    session.run = run
    page = ExportPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    qtbot.waitUntil(page.report.make.isEnabled)
    return page, page.report


def box(panel: ReportPanel, name: str) -> QDoubleSpinBox:
    found = panel.findChild(QDoubleSpinBox, f"assumption_{name}")
    assert isinstance(found, QDoubleSpinBox)
    return found


def test_the_months_follow_every_change_at_once(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    run = make_run(project)
    _, panel = shown(qtbot, project, run, tmp_path)
    box(panel, "inspections_per_day").setValue(100_000)
    paid = basis_of(run, project).payback(Assumptions(inspections_per_day=100_000))
    assert paid is not None
    assert f"{paid.upfront.total:,.0f} 円" in panel.formula.text()
    before = panel.formula.text()
    box(panel, "equipment_cost").setValue(0)
    assert panel.formula.text() != before
    box(panel, "inspections_per_day").setValue(0)
    assert "回収できません" in panel.months.text()


def test_assumptions_are_remembered_with_the_project(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    run = make_run(project)
    _, panel = shown(qtbot, project, run, tmp_path)
    box(panel, "wage_per_hour").setValue(3200)
    box(panel, "defect_share").setValue(1.5)
    finish_in_order()
    assert project.setting(REMEMBERED) == {"wage_per_hour": 3200, "defect_share": 0.015}
    _, again = shown(qtbot, project, run, tmp_path)
    assert again.form.value() == Assumptions(wage_per_hour=3200, defect_share=0.015)


def test_examples_are_said_to_be_examples(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    _, panel = shown(qtbot, project, make_run(project), tmp_path)
    count = len(Assumptions().money_examples)
    assert f"{count} 個" in panel.examples.text()
    assert "例の値" in panel.months.text(), "no figure made of examples stands as the factory's own"
    box(panel, "wage_per_hour").setValue(3200)
    assert f"{count - 1} 個" in panel.examples.text()


def test_good_classes_are_guessed_until_someone_says(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    _, panel = shown(qtbot, project, make_run(project), tmp_path)
    classes = panel.findChild(QListWidget, "assumption_good_classes")
    assert isinstance(classes, QListWidget)
    ticked = [
        classes.item(i).text()
        for i in range(classes.count())
        if classes.item(i).checkState() is Qt.CheckState.Checked
    ]
    assert ticked == ["良品の六角ボルト", "良品の歯車"]
    assert panel.form.value().good_classes is None
    classes.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert panel.form.value().good_classes == ("良品の歯車",)


def test_a_good_class_that_was_renamed_is_forgotten(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    run = make_run(project)
    project.remember(REMEMBERED, {"good_classes": ["昔の名前"]})
    _, panel = shown(qtbot, project, run, tmp_path)
    assert panel.form.value().good_classes == ()


def test_both_languages_are_written_beside_the_package_and_one_is_opened(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toLocalFile()))
    page, panel = shown(qtbot, project, make_run(project), tmp_path)
    panel.make.click()
    assert not panel.make.isEnabled(), "the click is answered at once"
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    folder = tmp_path / f"{page.target().stem}-report"
    assert sorted(path.name for path in folder.iterdir()) == [
        "poc-report-en.html", "poc-report-en.pdf", "poc-report-ja.html", "poc-report-ja.pdf",
    ]  # fmt: skip
    assert opened == [str(folder / "poc-report-ja.pdf")]
    assert panel.make.isEnabled()
    panel.open_en.click()
    assert opened[-1].endswith("poc-report-en.pdf")


def test_a_report_that_cannot_be_written_is_told(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    page, panel = shown(qtbot, project, make_run(project), tmp_path)
    (tmp_path / f"{page.target().stem}-report").write_bytes(b"a file is in the way")
    panel.make.click()
    qtbot.waitUntil(page.banner.isVisible, timeout=20_000)
    assert panel.make.isEnabled()
    assert not panel.open_ja.isVisible()


def test_the_form_opens_by_its_button_and_takes_the_keyboard(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    _, panel = shown(qtbot, project, make_run(project), tmp_path)
    assert not panel.form.isVisible()
    qtbot.keyClick(panel.more, Qt.Key.Key_Space)
    assert panel.form.isVisible()
    assert all(field.accessibleName() for field in panel.form.findChildren(QDoubleSpinBox))
