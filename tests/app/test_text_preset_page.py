"""Choosing how a model that writes is tuned, as a person clicks; the window shows the page that fits the task."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.pages.preset import PresetPage
from app.pages.text_check import TextCheckPage
from app.pages.text_preset import TextPresetPage
from app.session import Session
from app.text_choice import TextChoice
from app.training_choice import TrainingChoice
from app.trial import PresetCost, cost_key
from app.widgets.writer_choice import WriterChoice
from app.window import MainWindow
from core.evaluation.compare import Change
from core.problems import Problem
from core.project.store import Project
from core.tasks.presets import text_presets
from core.tasks.recipes import text_settings
from core.tasks.writers import WriterCard, writer_card
from tests.app.run_data import make_run
from tests.app.text_data import make_text_project, make_text_run
from tests.app.training_stand_ins import recorded_trials

CARDS = tuple(preset.name for preset in text_presets() if preset.card)
ENGLISH = WriterCard(
    "blip", "transformers", "0" * 64, 990_000_000, "bsd-3-clause", ("en",), ("caption", "vqa")
)


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    return recorded_trials(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_text_project(tmp_path) as project:
        yield project


def shown(qtbot: QtBot, project: Project) -> TextPresetPage:
    session = Session()
    session.take_project(project)
    page = TextPresetPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page._found is not None or page.banner.isVisible())
    return page


def test_the_recommended_card_is_chosen_and_the_reason_has_the_figures(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert page.cards["lora"].radio.isChecked() and page.cards["lora"].badge.isVisible()
    learned = len(page._found.revision.of("train"))  # type: ignore[union-attr]
    assert f"{learned} 枚" in page.reason.text()
    assert page.blocker() == "" and page.session.preset == "lora"
    assert trials == [CARDS], "the cards are measured, nothing else"


def test_where_every_text_was_removed_nothing_is_said_to_be_measured(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.leave()
    project.texts.write_questions([photo.id for photo in project.photos()], [])
    page.enter()
    qtbot.waitUntil(page.banner.isVisible)
    assert not any("測っています" in card.cost.text() for card in page.cards.values())


def test_costs_are_measured_and_a_changed_setting_is_measured_anew(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    assert "測っています" in page.cards["lora"].cost.text()
    page.trial.measured.emit(dict.fromkeys(CARDS, PresetCost(42.0, 3 << 30)))
    assert page.cards["lora"].cost.text() == "この PC で約 42 秒\nメモリー約 3.0 GB"
    page.details.drawer._rows["training.epochs"]._editor.setValue(30)
    assert "測っています" in page.cards["lora"].cost.text()
    key = cost_key("lora", {"training.epochs": 30})
    qtbot.waitUntil(lambda: trials == [CARDS, (key,)], timeout=5000)


def test_the_drawer_has_every_setting_that_counts_for_texts_with_the_values_that_suit_them(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.details.open.click()
    assert not page.details.shots.isVisible(), "photos are not counted by kind"
    for preset in text_presets():
        page.choose(preset.name)
        values = page.details.drawer.values()
        assert set(values) == {entry.key for entry in text_settings(preset.parsed)}
        assert values["training.optimizer"] == "adamw" and "training.balance" not in values
        job = TextChoice.of(project).job(Path())
        assert job.composition == preset.composition and preset.parsed.configure(values)
    assert page.elsewhere.isVisible() and set(page.details.methods.names) == {p.name for p in text_presets()}


def test_another_kind_of_model_has_settings_that_suit_it(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = replace(writer_card("embedded"), name="smol", kind="transformers")
    monkeypatch.setattr("app.pages.text_preset.writer_cards", lambda: [writer_card("embedded"), chat])
    page = shown(qtbot, project)
    page.details.open.click()
    page.choose("lora")
    before = page.details.drawer.values()
    page.model.chosen.emit("smol")
    after = page.details.drawer.values()
    assert (before["lora.towers"], after["lora.towers"]) == ("both", "text")
    assert after["training.learning_rate"] < before["training.learning_rate"]
    assert TextChoice.of(project).job(Path()).hyper == {}, "what suits it is no change of the operator's"
    page.model.chosen.emit("embedded")
    assert page.details.drawer.values() == before


def test_the_choice_is_remembered_for_each_task_apart(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    page = shown(qtbot, project)
    page.choose("adapter")
    page.details.seed.setValue(7)
    assert TextChoice.of(project) == TextChoice("adapter", {}, 7)
    project.choose_task("caption")
    assert TextChoice.of(project) == TextChoice()
    project.choose_task("vqa")
    assert shown(qtbot, project)._choice.preset == "adapter"
    project.remember("text_choice_vqa", {"preset": "gone"})
    assert TextChoice.of(project) == TextChoice()
    with pytest.raises(Problem, match="no preset"):
        TextChoice("gone").resolved()


def test_too_few_texts_are_said_not_raised(
    qtbot: QtBot, tmp_path: Path, trials: list[tuple[str, ...]]
) -> None:
    with make_text_project(tmp_path, "caption", photos=1) as project:
        page = shown(qtbot, project)
        assert "足りません" in page.banner.what.text() and page.blocker()


def test_what_a_model_can_do_is_said_plainly(qtbot: QtBot) -> None:
    choice = WriterChoice()
    qtbot.addWidget(choice)
    embedded = writer_card("embedded")
    choice.show_cards([embedded, ENGLISH], "vqa", "ja", "embedded")
    assert "日本語と英語" in choice.able.text() and "本番" in choice.warning.text()
    with qtbot.waitSignal(choice.chosen) as told:
        choice.box.setCurrentIndex(1)
        choice.box.activated.emit(1)
    assert told.args == ["blip"]
    assert "英語だけ" in choice.able.text()
    assert "決まった質問" in choice.warning.text() and "知らない言葉" in choice.warning.text()
    choice.show_cards([replace(ENGLISH, kind="coca")], "vqa", "en", "blip")
    assert "答えに意味はありません" in choice.warning.text()
    choice.show_cards([embedded, ENGLISH], "caption", "en", "blip")
    assert "説明を英語で" in choice.warning.text() and "知らない言葉" not in choice.warning.text()


def test_english_says_everything_again(qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]) -> None:
    page = shown(qtbot, project)
    page.session.change_settings(language="en")
    page.retranslate()
    assert page.cards["lora"].radio.text() == "Small corrections"
    assert "recommended" in page.reason.text()
    unfilled = [label for label in page.findChildren(QLabel) if "{" in label.text()]
    assert not unfilled


def test_the_window_shows_the_pages_that_fit_the_task_and_its_own_run(
    qtbot: QtBot, project: Project, trials: list[tuple[str, ...]]
) -> None:
    run = make_text_run(project, Change.BETTER)
    for number, photo in enumerate(project.photos()):
        entry = project.classes()[number % 2] if number > 1 else project.add_class(f"種類 {number}", "a part")
        project.label([photo.id], entry.id)
    other = make_run(project)
    session = Session()
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    session.take_project(project)
    assert isinstance(window.pages["preset"], TextPresetPage)
    assert isinstance(window.pages["check"], TextCheckPage)
    assert session.run == run and not window.stage_line.isVisible()
    window.show_page("preset")
    assert window.stack.currentWidget() is window.pages["preset"]
    project.choose_task("classification")
    session.show_task("classification")
    assert isinstance(window.pages["preset"], PresetPage)
    assert window.stack.currentWidget() is window.pages["preset"], "the step stays, its page is another"
    assert session.run == other
    session.show_task("caption")
    assert session.run is None, "descriptions have no run yet"
    TrainingChoice("coop").keep(project)
    session.close_project()
    assert session.task == "classification"
    window.close()
