"""Choosing how to train, as a person clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.pages.preset import PresetPage
from app.session import Session
from app.training_choice import TrainingChoice
from app.trial import PresetCost, Trial
from core.problems import Problem
from core.project.store import Project
from tests.app.run_data import make_project

COSTS = {"coop": PresetCost(42.0, 3 << 30), "coop-dept": PresetCost(4000.0, 4 << 30)}


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The engine stays out; what was asked to be measured is listed."""
    asked: list[str] = []
    monkeypatch.setattr(
        Trial, "start", lambda _self, _project, _revision, backbone, _shots: asked.append(backbone)
    )
    return asked


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path) as project:
        yield project


def shown(qtbot: QtBot, project: Project | None) -> PresetPage:
    session = Session()
    if project is not None:
        session.take_project(project)
    page = PresetPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    if project is not None:
        qtbot.waitUntil(lambda: page._found is not None or page.banner.isVisible())
    return page


def test_without_a_project_the_page_teaches_and_blocks(qtbot: QtBot, trials: list[str]) -> None:
    page = shown(qtbot, None)
    assert page.empty.isVisible() and not page.body.isVisible()
    assert page.blocker()
    assert trials == []


def test_the_recommended_card_is_chosen_and_the_reason_has_the_figures(
    qtbot: QtBot, project: Project, trials: list[str]
) -> None:
    page = shown(qtbot, project)
    card = page.cards["coop-dept"]
    assert card.radio.isChecked() and card.badge.isVisible()
    assert "おすすめ" in page.reason.text()
    assert page.blocker() == ""
    assert page.session.preset == "coop-dept"
    assert trials == ["embedded"]


def test_a_click_anywhere_on_a_card_chooses_it_and_the_project_remembers(
    qtbot: QtBot, project: Project, trials: list[str]
) -> None:
    page = shown(qtbot, project)
    card = page.cards["coop"]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, card.height() - 10))
    assert card.radio.isChecked() and not page.cards["coop-dept"].radio.isChecked()
    assert TrainingChoice.of(project).preset == "coop"
    again = shown(qtbot, project)
    assert again.cards["coop"].radio.isChecked() and not again.cards["coop-dept"].radio.isChecked()


def test_cards_are_chosen_by_keyboard(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    page.cards["zero-shot"].radio.setFocus()
    QTest.keyClick(page.cards["zero-shot"].radio, Qt.Key.Key_Space)
    assert TrainingChoice.of(project).preset == "zero-shot"


def test_costs_are_said_in_words_and_measured_only_once(
    qtbot: QtBot, project: Project, trials: list[str]
) -> None:
    page = shown(qtbot, project)
    assert "測っています" in page.cards["coop"].cost.text()
    assert "すぐに" in page.cards["zero-shot"].cost.text()
    page.trial.measured.emit(COSTS)
    assert page.cards["coop"].cost.text() == "この PC で約 42 秒、メモリー約 3.0 GB"
    assert "67 分" in page.cards["coop-dept"].cost.text()
    page.trial.measured.emit(None)
    assert "まだ測っていません" in page.cards["coop"].cost.text()


def test_the_drawer_has_every_setting_and_resets(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    page.open_drawer.click()
    assert page.drawer.isVisible()
    keys = set(page.drawer.values())
    assert keys == {entry.key for entry in TrainingChoice("coop-dept").resolved().parsed.settings()}
    page.drawer._rows["training.epochs"].set_value(20)
    box = page.drawer._rows["training.epochs"]._editor
    box.setValue(7)
    box.setValue(10**9)
    assert TrainingChoice.of(project).changed == {"training.epochs": 1000}, "limits hold"
    page.drawer.reset.click()
    assert TrainingChoice.of(project).changed == {}
    assert not page.drawer.reset.isEnabled()


def test_another_card_has_its_own_settings(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    page.drawer._rows["dept.balance"]._editor.setValue(0.2)
    page.choose("zero-shot")
    assert TrainingChoice.of(project).changed == {}
    assert set(page.drawer.values()) == {"zero-shot.template", "zero-shot.templates"}


def test_the_included_model_carries_its_warning(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    assert "本番の検査には" in page.model_warning.text() and page.model_warning.isVisible()


def test_photos_and_seed_are_remembered(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    page.shots.setCurrentIndex(page.shots.findData(8))
    page.shots.activated.emit(page.shots.currentIndex())
    page.seed.setValue(5)
    choice = TrainingChoice.of(project)
    assert (choice.shots, choice.seed) == (8, 5)
    assert len(trials) == 2, "another number of photos costs another time"


def test_a_spoiled_choice_is_forgotten(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    project.remember("training_choice", {"preset": "gone", "changed": {"x": 1}})
    page = shown(qtbot, project)
    assert page._choice.preset == "coop-dept"


@pytest.mark.parametrize("names", [("良品",), tuple(f"とても長い名前の種類その{i}" * 4 for i in range(30))])
def test_one_class_or_thirty_with_long_names(
    qtbot: QtBot, tmp_path: Path, trials: list[str], names: tuple[str, ...]
) -> None:
    with make_project(tmp_path, names, photos=4) as project:
        page = shown(qtbot, project)
        assert page._found is not None
        assert page._choice.preset == ("zero-shot" if len(names) == 1 else page._found.recommendation.preset)
        assert page.blocker() == ""


def test_nothing_labelled_is_said_not_raised(qtbot: QtBot, tmp_path: Path, trials: list[str]) -> None:
    with Project.create(tmp_path / "empty", "空") as project:
        page = shown(qtbot, project)
        assert page.banner.isVisible()
        assert page.blocker()


def test_english_says_everything_again(qtbot: QtBot, project: Project, trials: list[str]) -> None:
    page = shown(qtbot, project)
    page.session.change_settings(language="en")
    page.retranslate()
    assert page.cards["coop"].radio.text() == "Fit the wording"
    assert page.drawer._rows["training.epochs"].label.text() == "Rounds"


def test_every_control_has_a_name_for_a_screen_reader(
    qtbot: QtBot, project: Project, trials: list[str]
) -> None:
    page = shown(qtbot, project)
    for control in (page.model, page.shots, page.seed, page.open_drawer, page.drawer.reset):
        assert control.accessibleName()
    assert all(card.radio.accessibleName() for card in page.cards.values())
    assert not [label for label in page.findChildren(QLabel) if "{" in label.text()]


def test_an_unknown_preset_is_a_problem_with_words() -> None:
    with pytest.raises(Problem, match="no preset"):
        TrainingChoice("nothing").resolved()
