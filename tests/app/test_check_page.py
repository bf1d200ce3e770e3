"""The result, as a person reads and clicks it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.pages.check import CheckPage
from app.session import Session
from app.widgets.confusion_matrix import ConfusionMatrix
from app.widgets.unsure_preview import STOPS
from core.evaluation.tally import consequence
from core.evaluation.unsure import choose_threshold, photos_needed
from core.evaluation.wish import keep_wish, wish_for, wish_of
from core.methods.presets import load_presets
from core.project.store import Project
from core.training.events import Decided, Warned
from core.training.run import Run
from tests.app.run_data import make_project, make_run, whole_story


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path, photos=40) as project:
        yield project


def shown(qtbot: QtBot, project: Project | None, run: Run | None) -> CheckPage:
    session = Session()
    if project is not None:
        session.take_project(project)
    session.run = run
    page = CheckPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    if run is not None and run.result() is not None:
        qtbot.waitUntil(lambda: page._shown is not None)
    return page


def test_without_a_result_the_page_teaches_and_blocks(qtbot: QtBot, project: Project) -> None:
    for run in (None, make_run(project, skill=None)):
        page = shown(qtbot, project, run)
        assert page.empty.isVisible() and not page.body.isVisible()
        assert page.blocker()


def test_without_a_project_it_teaches_too(qtbot: QtBot) -> None:
    page = shown(qtbot, None, None)
    assert page.empty.isVisible()


def test_a_clear_gain_is_called_better_with_its_counts(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=1.0, untouched=0.2))
    words = page.verdict.headline.text()
    assert "良くなりました" in words and page.verdict.mark.mark == "ok"
    found = page._shown.findings.learned
    assert f"{found.photos} 枚中 {found.before} 枚から {found.after} 枚" in words
    assert f"{100 * found.low:+.0f}～{100 * found.high:+.0f} ポイント" in page.verdict.span.text()
    assert page.blocker() == ""


def test_a_gain_within_chance_is_never_called_better(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.62, untouched=0.6))
    assert page._shown.findings.learned.low <= 0
    assert "まだ言えません" in page.verdict.headline.text()
    assert page.verdict.mark.mark == "warn"


def test_what_bears_on_the_figures_stands_under_the_verdict(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project))
    assert not page.notices.isVisible()
    told = [
        Warned(code="methods.new_by_zero_shot", data={"classes": 3}),
        Warned(code="training.batch_divided", data={"parts": 2}),
        Decided(code="training.second_needed", data={"right": 20, "photos": 30, "enough": 98}),
        Decided(code="training.earlier_stage_kept", data={"before": 0.8, "after": 0.7}),
    ]
    run = make_run(
        project, composition="pt-peft(lora)", preset="pt-peft-lora", events=[*whole_story(), *told]
    )
    page = shown(qtbot, project, run)
    assert "学習前のモデルで見分けます" in page.notices.text() and page.notices.isVisible()
    assert "前の段階の結果を残しました" in page.notices.text()
    assert "第2段階に進みます" not in page.notices.text(), "only the last decision bears on the result"
    assert "分けて" not in page.notices.text(), "the result does not change by it"
    page.session.change_settings(language="en")
    page.retranslate()
    assert "judged by the model as it is" in page.notices.text()


def test_results_of_every_method_can_be_read(qtbot: QtBot, tmp_path: Path) -> None:
    with make_project(tmp_path, photos=4) as project:
        page = shown(qtbot, project, None)
        for preset in load_presets():
            page.session.run = make_run(project, preset=preset.name, composition=preset.composition)
            qtbot.waitUntil(lambda: page._shown is not None and page._shown.run == page.session.run)
            assert page.verdict.headline.text() and page.body.isVisible(), preset.name
        qtbot.waitUntil(lambda: page.runs.rows.rowCount() == len(load_presets()))
        titles = {
            page.runs.rows.data(page.runs.rows.index(row, 1)) for row in range(page.runs.rows.rowCount())
        }
        assert titles == {preset.texts["ja"].title for preset in load_presets()}


def test_worse_is_called_worse(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.1, untouched=0.9))
    assert "悪くなりました" in page.verdict.headline.text() and page.verdict.mark.mark == "stop"


def test_an_untrained_model_is_not_judged_as_if_it_had_learned(qtbot: QtBot, project: Project) -> None:
    run = make_run(project, preset="zero-shot", composition="zero-shot", skill=0.6, untouched=0.6)
    page = shown(qtbot, project, run)
    assert "学習していない" in page.verdict.headline.text()


def test_counts_stand_before_shares(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.8, untouched=0.5))
    shown_result = page._shown
    base = shown_result.result.metrics["tuned"].base
    photos = sum(shown_result.revision.counts("test")[i] for i in shown_result.revision.base)
    wrong = photos - round(base * photos)
    text = page.findChild(object, "base_after").text()
    assert text.startswith(f"まちがい {wrong}／{photos} 枚") and "%" in text
    assert "／" in page.classes.rows.index(0, 2).data()


def test_a_cell_opens_its_photos_by_mouse(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=1.0))
    page.tabs.setCurrentIndex(1)
    cell = page.matrix.visualRect(page.matrix.cells.index(0, 0)).center()
    QTest.mouseClick(page.matrix.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert page.tabs.currentWidget() is page.photos_tab
    assert page.list.rows.rowCount() == page.matrix.cells.count(0, 0) > 0
    assert page.all_mistakes.isVisible()
    page.all_mistakes.click()
    assert page.list_words.text() == "まちがえた写真はありません。"


def test_a_cell_opens_its_photos_by_keyboard(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=1.0))
    page.tabs.setCurrentIndex(1)
    page.matrix.setFocus()
    page.matrix.setCurrentIndex(page.matrix.cells.index(0, 1))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(page.matrix, key)
    assert page._cell == (1, 1) and page.list.rows.rowCount() > 0


def test_the_gravest_mistake_comes_first_with_its_photo_and_probability(
    qtbot: QtBot, project: Project
) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.3))
    page.tabs.setCurrentWidget(page.photos_tab)
    losses = [page.list.rows.index(r).data(257).prediction.loss for r in range(page.list.rows.rowCount())]
    assert losses == sorted(losses, reverse=True) and losses
    first = page.list.current()
    assert first is not None and f"{first.percent} %" in page.judgement.words.text()
    qtbot.waitUntil(lambda: page.judgement.picture._pixmap is not None)


def test_a_label_is_mended_in_place_and_taken_back(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.3))
    page.tabs.setCurrentWidget(page.photos_tab)
    photo = page.list.current()
    known = project.photo_at(photo.path)
    other = next(entry.id for entry in project.classes() if entry.id != known.class_id)
    page.judgement.classes.setCurrentIndex(page.judgement.classes.findData(other))
    with qtbot.waitSignal(page.session.labels_changed):
        page.judgement.apply.click()
    assert project.photo(known.id).class_id == other
    assert "もう一度学習" in page.judgement.note.text() and page.train_again.isVisible()
    with qtbot.waitSignal(page.session.labels_changed):
        page.judgement.back.click()
    assert project.photo(known.id).class_id == known.class_id
    assert not page.judgement.back.isEnabled()


def test_photos_that_are_gone_are_said(qtbot: QtBot, project: Project) -> None:
    run = make_run(project, skill=0.3)
    page = shown(qtbot, project, run)
    photo = page.list.current()
    photo.path.unlink()
    page._look_at(photo)
    qtbot.waitUntil(lambda: page.judgement._failure is not None)
    assert photo.path.name in page.judgement.words.text()


def test_the_threshold_follows_the_wish_and_the_project_keeps_it(qtbot: QtBot, project: Project) -> None:
    run = make_run(project, skill=0.7)
    page = shown(qtbot, project, run)
    page.tabs.setCurrentIndex(3)
    unsure = page.unsure
    assert (unsure.number.value(), unsure.threshold) == (50, page._shown.result.unsure)
    assert unsure.threshold.promised and "約束できます" in unsure.promise.text()
    QTest.keyClick(unsure.slider, Qt.Key.Key_Right)
    assert unsure.number.value() == 100
    assert unsure.threshold == choose_threshold(page._shown.result.validated, 1 / 100)
    assert f"{100 * unsure.threshold.probability:.1f} %" in unsure.sentence.text()
    qtbot.waitUntil(lambda: wish_of(project) == 1 / 100)
    again = shown(qtbot, project, run)
    assert again.unsure.number.value() == 100
    assert again.unsure.threshold == unsure.threshold


def test_a_wish_that_the_photos_do_not_carry_is_said_with_how_many_it_takes(
    qtbot: QtBot, project: Project
) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.7))
    page.unsure.number.setValue(730)
    needed = photos_needed(1 / 730)
    assert f"{needed} 枚要ります（いまは 500 枚）" in page.unsure.promise.text()
    assert page.unsure.slider.value() == STOPS.index(500) and page.unsure.mark.mark == "warn"
    page.session.change_settings(language="en")
    page.retranslate()
    assert f"{needed}" in page.unsure.promise.text() and "500" in page.unsure.promise.text()


def test_all_counts_are_those_of_the_test_photos_at_the_threshold(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.7))
    found = consequence(page._shown.result.predictions, page.unsure.threshold.probability)
    for name in ("right", "wrong", "to_person", "saved"):
        assert page.findChild(object, f"unsure_{name}").text() == f"{getattr(found, name)} 枚"
    assert [bool(figure.series) for figure in page.trust.figures.values()] == [True, True]
    assert "ポイント" in page.trust.words["reliability"].text()


def test_the_result_of_an_older_program_keeps_its_threshold_and_says_so(
    qtbot: QtBot, project: Project
) -> None:
    keep_wish(project, 1 / 200)
    run = make_run(project, skill=0.7)
    older = run.result().model_copy(update={"validated": (), "calibration": None})
    older.save(run.folder)
    page = shown(qtbot, project, run)
    assert not page.unsure.slider.isEnabled() and not page.unsure.number.isEnabled()
    assert page.unsure.threshold == older.unsure and page.unsure.number.value() == 50
    assert "前の版" in page.unsure.promise.text()
    assert "もう一度学習" in page.trust.words["reliability"].text()
    assert wish_for(project, older) is None


def test_without_validation_photos_there_is_no_threshold(qtbot: QtBot, project: Project) -> None:
    run = make_run(project, skill=0.7)
    run.result().model_copy(update={"validated": (), "unsure": None}).save(run.folder)
    page = shown(qtbot, project, run)
    assert page.unsure.threshold is None and "確認用の写真がない" in page.unsure.promise.text()
    assert page.unsure._counts["to_person"].text() == "0 枚"


def test_earlier_runs_are_compared_and_opened(qtbot: QtBot, project: Project) -> None:
    earlier = make_run(project, preset="coop", composition="coop", skill=0.5)
    make_run(project, skill=None)
    latest = make_run(project, skill=0.9)
    page = shown(qtbot, project, latest)
    qtbot.waitUntil(lambda: page.runs.rows.rowCount() == 3)
    remarks = [page.runs.rows.index(row, 4).data() for row in range(3)]
    assert remarks[:2] == ["いま表示しています", "結果がありません"]
    assert remarks[2].startswith("表示中より悪い（つりあい -") and "～-" in remarks[2]
    tip = page.runs.rows.data(page.runs.rows.index(2, 4), Qt.ItemDataRole.ToolTipRole)
    assert len(tip.splitlines()) == 4
    page.tabs.setCurrentIndex(4)
    page.runs.setCurrentIndex(page.runs.rows.index(2, 0))
    page.open_run.click()
    assert page.session.run == earlier
    qtbot.waitUntil(lambda: page._shown is not None and page._shown.run == earlier)


def test_a_run_that_chance_could_make_so_is_called_neither(qtbot: QtBot, project: Project) -> None:
    make_run(project, skill=0.72, seed=5)
    page = shown(qtbot, project, make_run(project, skill=0.7))
    qtbot.waitUntil(lambda: page.runs.rows.rowCount() == 2)
    assert "偶然でも起こる" in page.runs.rows.index(1, 4).data()


def test_runs_on_other_labels_are_not_compared_by_number(qtbot: QtBot, project: Project) -> None:
    make_run(project, skill=0.5)
    project.label([project.photos()[0].id], project.classes()[1].id)
    page = shown(qtbot, project, make_run(project, skill=0.9))
    qtbot.waitUntil(lambda: page.runs.rows.rowCount() == 2)
    assert "比べられません" in page.runs.rows.index(1, 4).data()


@pytest.mark.parametrize(
    "names", [("良品", "不良"), tuple(f"とても長い名前の種類その{i}" * 4 for i in range(30))]
)
@pytest.mark.parametrize("skill", [0.0, 1.0])
def test_few_or_thirty_classes_all_wrong_or_all_right(
    qtbot: QtBot, tmp_path: Path, names: tuple[str, ...], skill: float
) -> None:
    with make_project(tmp_path, names, photos=5) as project:
        page = shown(qtbot, project, make_run(project, skill=skill, untouched=1 - skill))
        assert page.verdict.headline.text()
        for tab in range(page.tabs.count()):
            page.tabs.setCurrentIndex(tab)
            page.grab()
        page.session.change_settings(language="en")
        page.retranslate()


def test_a_cell_says_what_it_counts(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.show_counts(np.array([[3, 1], [0, 2]]), ["良品", "キズ"])
    words = matrix.cells.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "正解は「良品」、答えは「キズ」：1 枚"
    assert matrix.cells.index(1, 0).data() == ""
