"""The result of a model that writes, as a person clicks through it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.engine import EngineProcess
from app.pages import text_check
from app.pages.text_check import TextCheckPage
from app.session import Session
from app.translations import use_language
from app.widgets.unsure_preview import STOPS
from core.evaluation.compare import Change
from core.evaluation.wish import wish_of
from core.problems import Problem
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.scoring import RIGHT
from core.training.events import (
    Failed,
    Finished,
    Interrupted,
    PredictionFailed,
    Progress,
    Warned,
    WrittenPart,
    Wrote,
)
from core.training.job import TryOutJob, load_job
from core.training.run import Run
from tests.app.text_data import OTHER, QUESTIONS, make_text_project, make_text_run, text_story


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_text_project(tmp_path) as project:
        yield project


def shown(qtbot: QtBot, project: Project, *, result: bool = True) -> TextCheckPage:
    session = Session()
    session.take_project(project)
    page = TextCheckPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 620)
    page.show()
    page.enter()
    if result:
        qtbot.waitUntil(lambda: page._shown is not None and bool(page._rows))
    return page


def choose(page: TextCheckPage, which: str) -> None:
    page.photos.which.setCurrentIndex(page.photos.which.findData(which))


# The verdict


def test_without_a_result_the_page_teaches_and_blocks(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, result=False)
    assert page.empty.isVisible() and page.blocker()
    page.session.run = make_text_run(project, result=False)
    qtbot.waitUntil(lambda: bool(page._rows))
    assert page.empty.isVisible() and page.blocker()


@pytest.mark.parametrize(
    ("change", "mark", "words"),
    [
        (Change.BETTER, "ok", "答えは良くなりました"),
        (Change.WORSE, "stop", "答えは悪くなりました"),
        (Change.UNCLEAR, "warn", "まだ言えません"),
    ],
)
def test_better_is_said_only_where_the_photos_carry_it(
    qtbot: QtBot, project: Project, change: Change, mark: str, words: str
) -> None:
    make_text_run(project, change, known=Change.WORSE)
    page = shown(qtbot, project)
    assert page.verdict.mark.mark == mark
    assert words in page.verdict.headline.text() and "40 % から 70 %" in page.verdict.headline.text()
    assert "+20～+40 ポイント" in page.verdict.span.text()
    assert "前よりできなくなりました：70 % → 40 %" in page.verdict.second.text()
    table = {label.objectName(): label.text() for label in page.table.findChildren(QLabel)}
    assert table["base_vqa_accuracy_after"] == "70 %（60～80）" and "100 枚" in table["group_known"]
    assert "new_vqa_accuracy_after" not in table, "nothing was held back"


def test_descriptions_are_measured_in_closeness_and_have_no_threshold(qtbot: QtBot, tmp_path: Path) -> None:
    with make_text_project(tmp_path, "caption") as project:
        make_text_run(project)
        page = shown(qtbot, project)
        assert "人の説明への近さが 1.25 から 3.50" in page.verdict.headline.text()
        assert not page.tabs.isTabVisible(page.tabs.indexOf(page.unsure_tab))
        assert page.questions.isHidden() and page.photos.about.isHidden()
        page.tabs.setCurrentWidget(page.photos)
        row = page.photos.list.current()
        assert row is not None and row.mark is None and "近さ：0.0" in page.photos.list.currentIndex().data()
        assert page.photos.view.lines.toPlainText().split("\n") == list(row.prediction.written)
        page.photos.view.lines.setPlainText("新しい説明\n\nもう一つ")
        page.photos.view.apply.click()
        qtbot.waitUntil(lambda: page.photos.view.back.isEnabled())
        photo = project.photo_at(row.path)
        assert photo is not None
        assert [c.text for c in project.texts.captions(photo.id)] == ["新しい説明", "もう一つ"]


def test_what_bears_on_the_result_is_told_and_nothing_else(qtbot: QtBot, project: Project) -> None:
    told = [
        Warned(code="tasks.unsure_not_promised", data={"answers": 4, "needed": 203}),
        Warned(code="training.photos_left_out", data={"count": 2, "photo": "a.png", "cause": "photos.empty"}),
    ]
    make_text_run(project, events=[*text_story(ended=False), *told, Finished(result={})])
    page = shown(qtbot, project)
    assert "2" in page.notices.text() and "203" not in page.notices.text()


# Photo by photo


def test_wrong_answers_come_first_the_surest_on_top(qtbot: QtBot, project: Project) -> None:
    run = make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    result = run.text_result()
    assert result is not None and page.photos.which.currentData() == "wrong"
    wrong = [p for p in result.predictions if p.score < RIGHT]
    assert page.photos.list.rows.rowCount() == len(wrong)
    first = page.photos.list.current()
    assert first is not None and first.prediction == max(wrong, key=lambda p: p.confidence)
    assert "まちがっています" in page.photos.view.verdict.text() and page.photos.view.words[
        "after"
    ].text().startswith(OTHER)
    assert page.photos.view.words["before"].text().startswith("-")
    QTest.keyClick(page.photos.list, Qt.Key.Key_Down)
    assert page.photos.view.row == page.photos.list.current() != first
    counts = {}
    for which in ("all", "unsure", "worse"):
        choose(page, which)
        counts[which] = page.photos.list.rows.rowCount()
    threshold = page.unsure.threshold
    assert threshold is not None
    assert counts["all"] == len(result.predictions) and counts["worse"] == 1
    assert counts["unsure"] == sum(p.confidence < threshold.probability for p in result.predictions)
    assert page.photos.which.findData("new") < 0, "nothing was held back"


def test_photos_are_looked_into_in_a_window_of_their_own(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    page.photos.view.larger.click()
    large = page.photos.large
    assert large.isVisible() and "モデル" in large.words.text()
    qtbot.waitUntil(lambda: large.view._pictures is not None)
    first = page.photos.list.current()
    QTest.keyClick(large.view, Qt.Key.Key_Right)
    assert page.photos.list.currentIndex().row() == 1 and page.photos.list.current() != first
    assert large._path == page.photos.list.current().path  # type: ignore[union-attr]
    QTest.keyClick(large.view, Qt.Key.Key_Left)
    QTest.keyClick(large.view, Qt.Key.Key_Left)
    assert page.photos.list.current() == first, "before the first there is none"
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert not large.isVisible() and large.view._pictures is None
    page.photos.view.larger.click()
    page.leave()
    assert not large.isVisible(), "it goes with its page"


def test_a_question_of_the_table_opens_its_photos(qtbot: QtBot, project: Project) -> None:
    make_text_run(project, right_every=1)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    assert page.photos.list.rows.rowCount() == 0 and "ありません" in page.photos.list_words.text()
    page.tabs.setCurrentIndex(0)
    page.questions.selectRow(1)
    QTest.keyClick(page.questions, Qt.Key.Key_Return)
    assert page.tabs.currentWidget() is page.photos
    assert {
        page.photos.list.rows.index(n).data().split("\n")[0] for n in range(page.photos.list.rows.rowCount())
    } == {page.questions.rows.row(1).question}


def test_a_text_is_mended_on_the_spot_and_taken_back(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    row = page.photos.list.current()
    assert row is not None
    photo = project.photo_at(row.path)
    assert photo is not None
    before = [each.asked for each in project.texts.questions(photo.id)]
    assert not page.photos.view.apply.isEnabled(), "nothing is changed yet"
    page.photos.view.answers.setText("みどり／ミドリ")
    with qtbot.waitSignal(page.session.labels_changed):
        QTest.keyClick(page.photos.view.answers, Qt.Key.Key_Return)
    after = {each.asked.text: each.asked.answers for each in project.texts.questions(photo.id)}
    assert after[row.prediction.question] == ("みどり", "ミドリ") and len(after) == 2
    assert "1 件の文を直しました" in page.photos.view.note.text() and page.photos.again.isVisible()
    assert page.photos.view.answers.text() == "みどり／ミドリ"
    with qtbot.waitSignal(page.session.labels_changed):
        page.photos.view.back.click()
    assert [each.asked for each in project.texts.questions(photo.id)] == before
    assert not page.photos.again.isVisible() and not page.photos.view.back.isEnabled()


def test_what_was_typed_and_not_asked_for_is_there_again_with_its_photo(
    qtbot: QtBot, project: Project
) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    photos, view = page.photos, page.photos.view
    start, written = photos.list.currentIndex(), view.answers.text()
    QTest.keyClicks(view.answers, "x")
    photos.list.setCurrentIndex(photos.list.rows.index(1))
    assert not view.answers.text().endswith("x") and not view.apply.isEnabled()
    assert "書きかけ" in view.note.text() and "1 件" in view.note.text()
    page.leave()
    page.enter()
    photos.list.setCurrentIndex(start)
    assert view.answers.text() == f"{written}x" and view.apply.isEnabled()
    assert "書きかけ" not in view.note.text(), "it is in sight"
    with qtbot.waitSignal(page.session.labels_changed):
        view.apply.click()
    with qtbot.waitSignal(page.session.labels_changed):
        view.back.click()
    assert view.answers.text() == written and not view.apply.isEnabled()
    view.answers.setText("書きかけ")
    view.forget_drafts()
    photos.list.looked_at.emit(photos.list.current())
    assert view.answers.text() == written, "of another project nothing is wanted"


def test_what_was_applied_waits_no_more_wherever_one_is_by_then(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    photos, view = page.photos, page.photos.view
    start = photos.list.currentIndex()
    view.answers.setText("みどり  いろ")
    with qtbot.waitSignal(page.session.labels_changed):
        view.apply.click()
    assert view.answers.text() == "みどり いろ" and not view.apply.isEnabled(), "as it was kept, on one line"
    view.answers.setText("あか")
    with qtbot.waitSignal(page.session.labels_changed):
        view.apply.click()
        photos.list.setCurrentIndex(photos.list.rows.index(1))
    assert "書きかけ" not in view.note.text() and "2 件" in view.note.text()
    photos.list.setCurrentIndex(start)
    assert view.answers.text() == "あか" and not view.apply.isEnabled()
    view.answers.setText("あお")
    with qtbot.waitSignal(page.session.labels_changed):
        view.apply.click()
        view.answers.setText("あおい")
    assert view.answers.text() == "あおい" and view.apply.isEnabled(), "typed while the other was written"


def test_a_photo_that_is_not_the_projects_any_more_cannot_be_mended(qtbot: QtBot, project: Project) -> None:
    run = make_text_run(project)
    for photo in project.photos():
        project.texts.write_questions([photo.id], [Asked("別の質問?", ("x",))])
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    assert (
        run == page.session.run
        and not page.photos.view.answers.isEnabled()
        and not page.photos.view.apply.isEnabled()
    )


# The threshold and other runs


def test_the_unsure_slider_says_its_consequence_and_is_remembered(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.unsure_tab)
    assert "約束できます" in page.unsure.promise.text() and "件" in page.unsure._counts["to_person"].text()
    assert page.curve.figure.isVisible() and len(page.curve.figure.series) == 2
    page.restyle()
    page.unsure.slider.setValue(STOPS.index(1000))
    finish_in_order()
    assert "まだ約束できません" in page.unsure.promise.text() and "答え" in page.unsure.promise.text()
    assert wish_of(project) == 1 / 1000


def test_other_trainings_stand_beside_with_their_range_and_can_be_shown(
    qtbot: QtBot, project: Project
) -> None:
    older = make_text_run(project, right_every=1)
    make_text_run(project, result=False)
    newer = make_text_run(project, right_every=4)
    page = shown(qtbot, project)
    assert page.session.run == newer
    rows = page.runs.rows
    cells = [[rows.index(r, c).data() for c in range(5)] for r in range(rows.rowCount())]
    assert [row[4] for row in cells[:2]] == ["いま表示しています", "結果がありません"]
    assert cells[2][2] == "70 %（60～80）" and "表示中より良い" in cells[2][4]
    page.runs.setCurrentIndex(rows.index(2, 0))
    page.open_run.click()
    qtbot.waitUntil(lambda: page._shown is not None and page._shown.run == older and len(page._rows) == 3)
    assert "いま表示" in rows.index(2, 4).data() and "悪い" in rows.index(0, 4).data()


def test_trainings_on_other_texts_are_not_compared(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    project.texts.write_questions([project.photos()[0].id], [Asked(QUESTIONS[0], ("紫",))])
    make_text_run(project)
    page = shown(qtbot, project)
    assert "比べられません" in page.runs.rows.index(1, 4).data()


# Trying it


class StandIn:
    """The engine's end of trying out: jobs it was started on, requests it was given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.jobs: list[TryOutJob] = []
        self.requests: list[dict[str, object]] = []
        self.bridges: list[EngineProcess] = []

        def start(bridge: EngineProcess, path: Path) -> None:
            job = load_job(path)
            assert isinstance(job, TryOutJob)
            self.jobs.append(job)
            self.bridges.append(bridge)

        monkeypatch.setattr(EngineProcess, "start", start)
        monkeypatch.setattr(EngineProcess, "request", lambda _self, request: self.requests.append(request))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    return StandIn(monkeypatch)


def wrote(engine: StandIn, text: str, confidence: float, unsure: bool = False) -> None:
    asked = engine.requests[-1]
    part = WrittenPart(question=str(asked["question"]), text=text, confidence=confidence, unsure=unsure)
    number = asked["request"]
    assert isinstance(number, int)
    told = Wrote(request=number, photo=str(asked["photo"]), parts=(part,), seconds=0.1)
    engine.bridges[-1].told.emit(told)


def trying(qtbot: QtBot, project: Project, engine: StandIn) -> tuple[TextCheckPage, Run]:
    run = make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentIndex(3)
    page.try_pane.strip.setCurrentIndex(page.try_pane.strip.photos.index(2))
    return page, run


def test_a_photo_is_asked_and_the_answer_read_with_its_confidence(
    qtbot: QtBot, project: Project, engine: StandIn
) -> None:
    page, run = trying(qtbot, project, engine)
    pane = page.try_pane
    assert pane.question.currentText() == QUESTIONS[0], "what the run asks is offered first"
    assert pane.question.findText("不良はありますか?") > 0, "then the fixed questions"
    pane._line.setText("きずはありますか?")
    QTest.keyClick(pane._line, Qt.Key.Key_Return)
    assert pane.busy.isVisible() and not pane.ask.isEnabled()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    job = engine.jobs[0]
    assert job.source_run == str(run.folder) and job.language == "ja"
    assert page.unsure.threshold is not None and job.threshold == page.unsure.threshold.probability
    assert engine.requests == [], "the model is not open yet"
    engine.bridges[0].told.emit(Progress(done=1, total=1))
    assert engine.requests[0]["question"] == "きずはありますか?"
    assert engine.requests[0]["photo"] == str(pane.strip.current())
    wrote(engine, "はい", 0.83)
    assert pane.answer.text() == "はい" and "83 %" in pane.sure.text() and not pane.busy.isVisible()
    pane.describe.click()
    assert len(engine.jobs) == 1 and engine.requests[1]["question"] == "", "the model stays open"
    wrote(engine, "赤いボルト", 0.2, unsure=True)
    assert pane.answer.text() == "赤いボルト" and "要確認" in pane.sure.text()
    assert pane.mark.mark == "warn" and "説明は、学習していません" in pane.sure.text()


def test_what_cannot_be_answered_is_said_and_the_next_question_is_answered(
    qtbot: QtBot, project: Project, engine: StandIn
) -> None:
    page, _ = trying(qtbot, project, engine)
    pane = page.try_pane
    pane.ask.click()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    engine.bridges[0].told.emit(Progress(done=1, total=1))
    failed = PredictionFailed(request=1, photo="x", code="photos.missing", data={"path": "x"})
    engine.bridges[0].told.emit(failed)
    assert pane.banner.isVisible() and pane.ask.isEnabled()
    pane.ask.click()
    assert not pane.banner.isVisible()
    engine.bridges[0].told.emit(Failed(code="tasks.no_result", data={"run": "r"}))
    assert "結果がありません" in pane.banner.what.text()
    pane.ask.click()
    qtbot.waitUntil(lambda: len(engine.jobs) == 2, timeout=2000)
    engine.bridges[1].told.emit(Interrupted(reason="terminated"))
    engine.bridges[1].ended.emit(None)
    assert "途中で止まりました" in pane.banner.what.text() and pane.ask.isEnabled()
    page.leave()


# Words


def test_both_languages_say_everything(qtbot: QtBot, qapp: QApplication, project: Project) -> None:
    make_text_run(project, known=Change.UNCLEAR)
    page = shown(qtbot, project)
    use_language(qapp, "en")
    page.session.change_settings(language="en")
    page.retranslate()
    assert "became better" in page.verdict.headline.text()
    assert page.tabs.tabText(1) == "Photo by photo"
    unfilled = [label.text() for label in page.findChildren(QLabel) if "{" in label.text()]
    assert not unfilled
    for control in (page.photos.which, page.photos.about, page.photos.list, page.questions, page.runs, page.open_run,
                    page.try_pane.strip, page.try_pane.question, page.photos.view.lines, page.photos.view.answers):  # fmt: skip
        assert control.accessibleName()


def test_where_the_model_is_gone_the_page_says_so_and_what_to_do(
    qtbot: QtBot, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(name: str) -> None:
        raise Problem("tasks.model_unknown", name=name, known="embedded")

    monkeypatch.setattr(text_check, "writer_card", gone)
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentIndex(3)
    assert not page.try_pane.ask.isVisible() and not page.try_pane.describe.isVisible()
    assert "取り込む" in page.try_pane.lead.text()


def test_undo_that_is_pressed_twice_takes_back_one_step_each(qtbot: QtBot, project: Project) -> None:
    make_text_run(project)
    page = shown(qtbot, project)
    page.tabs.setCurrentWidget(page.photos)
    row = page.photos.list.current()
    assert row is not None
    page.photos.view.answers.setText("緑")
    page.photos.view.apply.click()
    qtbot.waitUntil(page.photos.view.back.isEnabled)
    page.photos.view.back.click()
    page.photos.view.back.click()
    qtbot.waitUntil(lambda: not page.photos.view.back.isEnabled())
    finish_in_order()
    assert page.photos._texts_now(row) == row.prediction.written
