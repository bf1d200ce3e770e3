"""The stage line and the decisions behind it, as a person meets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.session import Session
from app.stage_review import StageReview
from app.translations import use_language
from app.widgets.stage_dialog import StageDialog
from app.widgets.stage_line import StageLine
from app.widgets.stage_words import run_name
from app.window import MainWindow
from core.evaluation.wish import keep_wish
from core.poc.evidence import Wish
from core.project.store import Project
from core.training.result import Interval
from core.training.run import Run
from tests.app.run_data import make_project, make_run

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path, photos=20) as project:
        yield project


def tried(project: Project, low: float, high: float, preset: str = "coop", composition: str = "coop") -> Run:
    """A run whose wished figure has this interval."""
    run = make_run(project, preset=preset, composition=composition, skill=0.95, untouched=0.4)
    result = run.result()
    assert result is not None
    figure = Interval(mean=(low + high) / 2, low=low, high=high, n=40)
    result.model_copy(update={"intervals": {"tuned": {"base": figure}}}).save(run.folder)
    return run


def shown(qtbot: QtBot, project: Project) -> tuple[StageReview, StageDialog]:
    session = Session()
    stage = StageReview(session)
    stage.setParent(session)
    dialog = StageDialog(stage, "田中")
    qtbot.addWidget(dialog)
    dialog.show()
    session.take_project(project)
    dialog.session = session  # type: ignore[attr-defined]  # as long as the dialog lives
    qtbot.waitUntil(lambda: stage.review is not None)
    return stage, dialog


def decide(qtbot: QtBot, dialog: StageDialog, button: str, reason: str) -> None:
    """Type a reason, press a button, wait until it is on record."""
    dialog.reason.setText(reason)
    found = {"go_2": dialog.go[2], "go_3": dialog.go[3], "not_yet": dialog.not_yet, "stop": dialog.stop,
             "back": dialog.back}[button]  # fmt: skip
    assert found.isVisible() and found.isEnabled()
    with qtbot.waitSignal(dialog._stage.decided):
        qtbot.mouseClick(found, LEFT)
        assert not found.isEnabled(), "it is pressed once"


def test_without_a_result_nothing_is_recommended(qtbot: QtBot, project: Project) -> None:
    _, dialog = shown(qtbot, project)
    assert "第 1 段階" in dialog.where.text()
    assert "まだ、進むかどうかを言えません" in dialog.advice.text()
    assert all(button.property("class") != "primary" for button in (*dialog.go.values(), dialog.stop))
    assert not dialog.back.isVisible() and not dialog.history.isVisible()


def test_the_recommendation_is_marked_with_its_figures(qtbot: QtBot, project: Project) -> None:
    tried(project, 0.92, 0.97)
    _, dialog = shown(qtbot, project)
    assert dialog.go[3].property("class") == "primary"
    assert dialog.go[2].property("class") != "primary"
    assert dialog.go[3].accessibleDescription()
    assert "92〜97 %" in dialog.why.text()
    assert "94.5 %" in dialog.figures.text() and "40 枚" in dialog.figures.text()


def test_nobody_decides_without_name_and_reason(qtbot: QtBot, project: Project) -> None:
    _, dialog = shown(qtbot, project)
    buttons = (*dialog.go.values(), dialog.not_yet, dialog.stop)
    assert not any(button.isEnabled() for button in buttons)
    assert dialog.refusal.text()
    dialog.reason.setText("現場で試した")
    assert all(button.isEnabled() for button in buttons)
    dialog.who.clear()
    assert not any(button.isEnabled() for button in buttons)


def test_a_decision_is_on_record_and_can_be_taken_back(qtbot: QtBot, project: Project) -> None:
    tried(project, 0.92, 0.97)
    stage, dialog = shown(qtbot, project)
    decide(qtbot, dialog, "go_2", "念のため強める")
    assert "第 2 段階" in dialog.where.text()
    assert dialog.reason.text() == ""
    (kept,) = project.decisions.entries()
    assert (kept.who, kept.reason, kept.stage_after) == ("田中", "念のため強める", 2)
    assert kept.seen["recommended"]["to"] == 3, "what the figures said is kept as well"
    assert "念のため強める" in dialog.history.item(0).text()
    decide(qtbot, dialog, "back", "やはり要らない")
    assert "第 1 段階" in dialog.where.text()
    assert dialog.history.count() == 2
    assert stage.review is not None and stage.review.standing.stage == 1


def test_stopping_leaves_only_the_way_back(qtbot: QtBot, project: Project) -> None:
    _, dialog = shown(qtbot, project)
    decide(qtbot, dialog, "stop", "予算がない")
    assert not any(b.isVisible() for b in (*dialog.go.values(), dialog.not_yet, dialog.stop))
    assert dialog.back.isVisible()
    assert "終わり" in dialog.advice.text()


def test_another_wish_gives_another_recommendation(qtbot: QtBot, project: Project) -> None:
    tried(project, 0.92, 0.97)
    stage, dialog = shown(qtbot, project)
    with qtbot.waitSignal(stage.changed):
        dialog.least.setValue(99.0)
    assert Wish.of(project) == Wish(figure="base", least=0.99)
    assert dialog.go[2].property("class") == "primary"


def test_the_hand_over_fills_a_list(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried(project, 0.92, 0.97)
    stage, dialog = shown(qtbot, project)
    assert not dialog.handover.isVisible()
    decide(qtbot, dialog, "go_3", "届いた")
    assert dialog.handover.isVisible() and not dialog.wish_row.isVisible()
    assert dialog.not_yet.property("class") == "primary"
    exported = {"run": "x", "package": str(tmp_path / "bolt.hkd"), "sha256": "ab" * 32, "verified": True}
    project.remember("exported", exported)
    report = tmp_path / "report.html"
    report.write_text("x")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(report), ""))
    with qtbot.waitSignal(stage.changed):
        qtbot.mouseClick(dialog.handover.choose_report, LEFT)
    for field, text in ((dialog.handover.onsite_pc, "検査室 PC-3"), (dialog.handover.owner, "佐藤")):
        field.setFocus()
        field.setText(text)
        with qtbot.waitSignal(stage.changed):
            qtbot.keyClick(field, Qt.Key.Key_Return)
    with qtbot.waitSignal(stage.changed):
        stage.look()
    assert "bolt.hkd" in dialog.handover.package.text() and "abab" in dialog.handover.package.text()
    assert dialog.go[3].property("class") == "primary"
    decide(qtbot, dialog, "go_3", "引き渡し済み")
    assert project.decisions.standing().status == "handed-over"
    assert project.decisions.entries()[-1].seen["handover"]["owner"] == "佐藤"


def test_a_package_for_another_wished_error_has_to_be_written_again(qtbot: QtBot, project: Project) -> None:
    exported = {"run": "x", "package": "bolt.hkd", "sha256": "ab" * 32, "verified": True}
    keep_wish(project, 1 / 200)
    project.remember("exported", exported | {"wished_error": 1 / 200})
    stage, dialog = shown(qtbot, project)
    assert stage.review is not None and "package" not in stage.review.handover.missing
    for wish, missing in ((1 / 500, True), (1 / 200, False)):
        keep_wish(project, wish)
        with qtbot.waitSignal(stage.changed):
            stage.look()
        assert ("package" in stage.review.handover.missing) == missing
        assert ("bolt.hkd" in dialog.handover.package.text()) != missing


def test_one_who_was_overtaken_is_told_and_sees_the_present(qtbot: QtBot, project: Project) -> None:
    stage, dialog = shown(qtbot, project)
    with Project.open(project.folder) as elsewhere:
        elsewhere.decisions.decide(1, "go", who="佐藤", reason="先に決めた")
    dialog.reason.setText("まだ")
    qtbot.mouseClick(dialog.not_yet, LEFT)
    qtbot.waitUntil(dialog.banner.isVisible)
    qtbot.waitUntil(lambda: "第 2 段階" in dialog.where.text())
    assert dialog.reason.text() == "まだ", "what was typed stays"
    assert stage.review is not None and len(stage.review.decisions) == 1


def test_the_line_says_where_we_are_and_what_is_asked_for(
    qtbot: QtBot, project: Project, qapp: QApplication
) -> None:
    session = Session()
    stage = StageReview(session, session)
    line = StageLine(stage)
    qtbot.addWidget(line)
    session.take_project(project)
    qtbot.waitUntil(lambda: stage.review is not None)
    assert "第 1 段階" in line.where.text()
    assert "90 % 以上" in line.says.text()
    assert line.open.accessibleName()
    use_language(qapp, "en")
    line.retranslate()
    assert line.where.text().startswith("Stage 1")
    assert "90 % or more" in line.says.text()


def test_the_window_shows_the_line_on_the_way_and_opens_one_dialog(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.trial.Trial.start", lambda *_: None)
    monkeypatch.setattr("app.pages.training.ask_device", lambda: None)
    session = Session()
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    assert not window.stage_line.isVisible(), "there is no project yet"
    tried(project, 0.5, 0.6)
    session.take_project(project)
    window.show_page("photos")
    qtbot.waitUntil(lambda: "第 1 段階" in window.stage_line.where.text())
    assert window.stage_line.isVisible()
    for _ in range(2):
        qtbot.mouseClick(window.stage_line.open, LEFT)
    (dialog,) = window.findChildren(StageDialog)
    qtbot.waitUntil(lambda: dialog.go[2].property("class") == "primary")
    window.show_page("preset")
    page = window.pages["preset"]
    qtbot.waitUntil(lambda: page.cards["coop-dept"].badge.isVisible())
    dialog.who.setText("田中")
    decide(qtbot, dialog, "go_2", "足りない")
    qtbot.waitUntil(lambda: page.cards["pt-peft-lora"].badge.isVisible())
    assert "第 2 段階" in page.reason.text() and "第 2 段階" in window.stage_line.where.text()
    window.show_page("home")
    assert not window.stage_line.isVisible()
    dialog.close()
    session.close_project()


def test_a_run_is_called_by_when_it_was_started() -> None:
    assert run_name("20261130-090507") == run_name("20261130-090507-002") == "2026-11-30 09:05"
    assert run_name("my own folder") == "my own folder"
