"""Choosing how to train, as a person clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidgetItem
from pytestqt.qtbot import QtBot

import app.pages.preset as preset_page
from app.pages.preset import PresetPage
from app.session import Session
from app.training_choice import TrainingChoice, first_values
from app.trial import PresetCost, cost_key
from core.methods.presets import LANGUAGES, Preset, PresetText, load_presets, resolve_preset
from core.problems import Problem
from core.project.store import Project
from tests.app.run_data import make_project
from tests.app.training_stand_ins import recorded_trials

COSTS = {"coop": PresetCost(42.0, 3 << 30), "coop-dept": PresetCost(4000.0, 4 << 30)}
CARDS = tuple(preset.name for preset in load_presets() if preset.card)
OTHERS = {
    "shy": Preset("shy", "coop", {"coop.n_ctx": 2}, dict.fromkeys(LANGUAGES, PresetText("内気", "小さく", "いつも")), 90),
    "bold": Preset("bold", "dept(coop)", {}, dict.fromkeys(LANGUAGES, PresetText("大胆", "大きく", "まれに")), 91),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _two_more_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that are no cards, whatever the program brings along."""
    every = (*load_presets(), *OTHERS.values())
    monkeypatch.setattr(preset_page, "load_presets", lambda: every)
    monkeypatch.setattr("app.training_choice.load_presets", lambda: every)


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    return recorded_trials(monkeypatch)


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


def row_of(page: PresetPage, name: str) -> QTreeWidgetItem:
    return page.details.methods._rows[name]


def measure(page: PresetPage, costs: dict[str, PresetCost]) -> None:
    page.trial.measured.emit(costs)


def test_without_a_project_the_page_teaches_and_blocks(qtbot: QtBot, trials: list[tuple[str, ...]]) -> None:
    page = shown(qtbot, None)
    assert page.empty.isVisible() and not page.body.isVisible()
    assert page.blocker()
    assert trials == []


def test_the_recommended_card_is_chosen_and_the_reason_has_the_figures(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    card = page.cards["coop-dept"]
    assert card.radio.isChecked() and card.badge.isVisible()
    assert "おすすめ" in page.reason.text()
    assert page.blocker() == ""
    assert page.session.preset == "coop-dept"
    assert trials == [CARDS], "the cards are measured, nothing else"


def test_a_click_anywhere_on_a_card_chooses_it_and_the_project_remembers(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    card = page.cards["coop"]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, card.height() - 10))
    assert card.radio.isChecked() and not page.cards["coop-dept"].radio.isChecked()
    assert TrainingChoice.of(project).preset == "coop"
    again = shown(qtbot, project)
    assert again.cards["coop"].radio.isChecked() and not again.cards["coop-dept"].radio.isChecked()


def test_cards_are_chosen_by_keyboard(qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]) -> None:
    page = shown(qtbot, project)
    page.cards["zero-shot"].radio.setFocus()
    QTest.keyClick(page.cards["zero-shot"].radio, Qt.Key.Key_Space)
    assert TrainingChoice.of(project).preset == "zero-shot"


# All ways to train


def test_there_are_at_most_four_cards_and_the_drawer_lists_every_preset(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert 1 <= len(page.cards) <= 4
    assert set(page.details.methods.names) == {preset.name for preset in load_presets()} | set(OTHERS)


def test_a_method_is_chosen_in_the_drawer_by_mouse_and_no_card_looks_chosen(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert not page.elsewhere.isVisible()
    page.details.open.click()
    methods = page.details.methods
    methods.list.scrollToItem(row_of(page, "shy"))
    place = methods.list.visualItemRect(row_of(page, "shy")).center()
    QTest.mouseClick(methods.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.session.preset == TrainingChoice.of(project).preset == "shy"
    assert not any(card.radio.isChecked() for card in page.cards.values())
    assert page.elsewhere.isVisible() and "内気" in page.elsewhere.text()
    assert methods.title.text() == "内気" and methods.summary.text() == "小さく"
    assert page.details.drawer.values()["coop.n_ctx"] == 2, "its own settings stand below"
    page.cards["coop"].choose()
    assert not page.elsewhere.isVisible() and methods.title.text() != "内気"


def test_a_method_is_found_by_typing_and_chosen_by_keyboard(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    methods = page.details.methods
    methods.search.setText("ＳＨＹ")
    assert methods.names == ("shy",), "wide capitals of a Japanese keyboard find it too"
    methods.search.clear()
    QTest.keyClicks(methods.search, "shy")
    assert methods.names == ("shy",)
    assert page.session.preset == "coop-dept", "searching alone chooses nothing"
    QTest.keyClick(methods.search, Qt.Key.Key_Down)
    assert page.session.preset == "shy" and methods.list.hasFocus()
    methods.search.clear()
    QTest.keyClick(methods.list, Qt.Key.Key_Up)
    above = methods.names[methods.names.index("shy") - 1]
    assert page.session.preset == TrainingChoice.of(project).preset == above
    methods.search.setText("そんなものはない")
    assert methods.names == () and methods.nothing.isVisible()


def test_a_heading_is_no_choice(qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    tree = page.details.methods.list
    tree.scrollToTop()
    QTest.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(tree.topLevelItem(0)).center()
    )
    assert page.session.preset == "coop-dept"


def test_what_was_chosen_in_the_drawer_is_remembered_and_survives_another_language(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    shown(qtbot, project).choose("bold")
    page = shown(qtbot, project)
    page.session.change_settings(language="en")
    page.retranslate()
    assert page.session.preset == TrainingChoice.of(project).preset == "bold"
    assert page.elsewhere.isVisible()
    page.details.open.click()
    tree = page.details.methods.list
    assert tree.currentItem() is row_of(page, "bold")
    assert tree.viewport().rect().contains(tree.visualItemRect(row_of(page, "bold"))), "it is in sight"


def test_notes_say_who_judges_new_classes_and_what_takes_longer(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    methods = page.details.methods
    page.choose("coop")
    assert not methods.new_by_words.isVisible() and not methods.takes_longer.isVisible()
    for preset in load_presets():
        page.choose(preset.name)
        assert methods.new_by_words.isVisible() == (not page._choice.judges_new)
        assert preset.parsed.judges_new or methods.new_by_words.isVisible()
        assert preset.composition in methods.made_of.text()


def test_a_context_of_each_class_s_own_leaves_new_classes_to_the_untouched_model(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    page.choose("coop")
    own = page.details.drawer._rows["coop.class_specific"]._editor
    own.setChecked(True)
    assert page.details.methods.new_by_words.isVisible()
    own.setChecked(False)
    assert not page.details.methods.new_by_words.isVisible()


# What it costs


def test_costs_are_said_in_words_and_measured_only_once(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert "測っています" in page.cards["coop"].cost.text()
    assert "すぐに" in page.cards["zero-shot"].cost.text()
    measure(page, COSTS | {name: PresetCost(1.0, 1) for name in CARDS if name not in COSTS})
    assert page.cards["coop"].cost.text() == "この PC で約 42 秒\nメモリー約 3.0 GB"
    assert "67 分" in page.cards["coop-dept"].cost.text()
    page.leave()
    page.enter()
    assert len(trials) == 1


def test_what_cannot_be_measured_is_said_and_not_tried_again(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    measure(page, {})
    assert "まだ測っていません" in page.cards["coop"].cost.text()
    assert len(trials) == 1


def test_the_method_chosen_in_the_drawer_is_measured_when_it_is_chosen_and_the_cards_are_not_again(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    measure(page, dict.fromkeys(CARDS, PresetCost(1.0, 1)))
    assert trials == [CARDS]
    page.choose("bold")
    assert "測っています" in page.details.methods.cost.text()
    page.choose("shy")
    qtbot.waitUntil(lambda: trials == [CARDS, ("shy",)], timeout=5000)
    measure(page, {"shy": PresetCost(120.0, 1 << 30)})
    assert page.details.methods.cost.text() == "この PC で約 2 分\nメモリー約 1.0 GB"


def test_changed_settings_cost_what_is_measured_with_them(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    measure(page, dict.fromkeys(CARDS, PresetCost(10.0, 1)))
    card = page.cards["coop-dept"]
    assert "10 秒" in card.cost.text()
    page.details.drawer._rows["training.epochs"]._editor.setValue(700)
    assert "測っています" in card.cost.text() and "測っています" in page.details.methods.cost.text()
    assert "10 秒" in page.cards["coop"].cost.text(), "the others cost what they did"
    changed = cost_key("coop-dept", {"training.epochs": 700})
    qtbot.waitUntil(lambda: trials == [CARDS, (changed,)], timeout=5000)
    measure(page, {changed: PresetCost(600.0, 1)})
    assert "10 分" in card.cost.text()
    page.details.drawer.reset.click()
    assert "10 秒" in card.cost.text()


# The settings


def test_the_drawer_has_every_setting_and_resets(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    drawer = page.details.drawer
    assert drawer.isVisible()
    keys = set(drawer.values())
    assert keys == {entry.key for entry in TrainingChoice("coop-dept").resolved().parsed.settings()}
    drawer._rows["training.epochs"].set_value(20)
    box = drawer._rows["training.epochs"]._editor
    box.setValue(7)
    box.setValue(10**9)
    assert TrainingChoice.of(project).changed == {"training.epochs": 1000}, "limits hold"
    drawer.reset.click()
    assert TrainingChoice.of(project).changed == {}
    assert not drawer.reset.isEnabled()


def test_another_language_keeps_what_was_set(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.drawer._rows["training.epochs"]._editor.setValue(7)
    page.session.change_settings(language="en")
    page.retranslate()
    assert page.details.drawer.values()["training.epochs"] == 7
    assert TrainingChoice.of(project).changed == {"training.epochs": 7}


def test_every_preset_can_be_set_in_the_drawer_to_a_job_that_is_allowed(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    for preset in load_presets():
        page.choose(preset.name)
        values = page.details.drawer.values()
        assert set(values) == {entry.key for entry in preset.parsed.settings()}, preset.name
        assert TrainingChoice.of(project).job(Path()).composition == preset.composition
        assert preset.parsed.configure(values), "what the drawer shows is allowed"
        assert values == first_values(preset), "and it is what the preset says, to the last digit"


def test_another_card_has_its_own_settings(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.drawer._rows["dept.balance"]._editor.setValue(0.2)
    page.choose("zero-shot")
    assert TrainingChoice.of(project).changed == {}
    wanted = resolve_preset("zero-shot").parsed.settings()
    assert set(page.details.drawer.values()) == {entry.key for entry in wanted}


def test_the_included_model_carries_its_warning(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert "本番の検査には" in page.model_warning.text() and page.model_warning.isVisible()


def test_photos_and_seed_are_remembered(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    shots, seed = page.details.shots, page.details.seed
    shots.setCurrentIndex(shots.findData(8))
    shots.activated.emit(shots.currentIndex())
    seed.setValue(5)
    choice = TrainingChoice.of(project)
    assert (choice.shots, choice.seed) == (8, 5)
    assert len(trials) == 2, "another number of photos costs another time"


def test_the_wheel_scrolls_the_page_and_changes_nothing(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    before = TrainingChoice.of(project)
    for box in (page.model, page.details.shots, page.details.seed):
        turn = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
                           Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(box, turn)
    assert TrainingChoice.of(project) == before


def test_a_spoiled_choice_is_forgotten(qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]) -> None:
    project.remember("training_choice", {"preset": "gone", "changed": {"x": 1}})
    page = shown(qtbot, project)
    assert page._choice.preset == "coop-dept"


@pytest.mark.parametrize("names", [("良品",), tuple(f"とても長い名前の種類その{i}" * 4 for i in range(30))])
def test_one_class_or_thirty_with_long_names(
    qtbot: QtBot, tmp_path: Path, trials: list[tuple[str, ...]], names: tuple[str, ...]
) -> None:
    with make_project(tmp_path, names, photos=4) as project:
        page = shown(qtbot, project)
        assert page._found is not None
        assert page._choice.preset == ("zero-shot" if len(names) == 1 else page._found.recommendation.preset)
        assert page.blocker() == ""


def test_nothing_labelled_is_said_not_raised(
    qtbot: QtBot, tmp_path: Path, trials: list[tuple[str, ...]]
) -> None:
    with Project.create(tmp_path / "empty", "空") as project:
        page = shown(qtbot, project)
        assert page.banner.isVisible()
        assert page.blocker()


def test_english_says_everything_again(qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]) -> None:
    page = shown(qtbot, project)
    page.session.change_settings(language="en")
    page.retranslate()
    assert page.cards["coop"].radio.text() == "Fit the wording"
    assert page.details.drawer._rows["training.epochs"].label.text() == "Rounds"
    assert row_of(page, "coop").text(0) == "Fit the wording"


def test_every_control_has_a_name_for_a_screen_reader(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    details = page.details
    controls = (page.model, details.shots, details.seed, details.open, details.drawer.reset,
                details.methods.search, details.methods.list)  # fmt: skip
    for control in controls:
        assert control.accessibleName()
    assert all(card.radio.accessibleName() for card in page.cards.values())
    unfilled = [label for label in page.findChildren(QLabel) if "{" in label.text()]
    assert all(details.drawer.isAncestorOf(label) for label in unfilled), "templates of texts hold braces"


def test_an_unknown_preset_is_a_problem_with_words() -> None:
    with pytest.raises(Problem, match="no preset"):
        TrainingChoice("nothing").resolved()
