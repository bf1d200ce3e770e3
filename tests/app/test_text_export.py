"""Taking away what was learned about texts: what the file can do in words, verified text by text, and what goes along."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine import EngineProcess
from app.pages.export import ExportPage
from app.session import Session
from core.evaluation.wish import wish_of
from core.project.store import Project
from core.tasks.texts import TextTask
from core.training.events import Finished
from core.training.job import ExportJob, load_job
from core.training.run import Run
from core.training.state import JobState
from tests.app.text_data import make_text_project, make_text_run


@pytest.fixture(params=["vqa"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    task: TextTask = request.param
    with make_text_project(tmp_path, task, photos=20) as project:
        yield project


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    started: list[Path] = []
    monkeypatch.setattr(EngineProcess, "start", lambda _self, job: started.append(job))
    return started


def shown(qtbot: QtBot, project: Project, run: Run, folder: Path) -> ExportPage:
    session = Session()
    session.change_settings(last_folders={"export": str(folder)})
    session.take_project(project)
    session.run = run
    page = ExportPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.enter()
    qtbot.waitUntil(page.text_facts.isVisible)
    return page


def test_what_the_file_will_be_able_to_do_is_told_in_words_with_its_figures(
    qtbot: QtBot, project: Project, tmp_path: Path
) -> None:
    run = make_text_run(project)
    page = shown(qtbot, project, run, tmp_path)
    lines, figures = page.text_facts.lines.text(), page.text_facts.figures.text()
    result = run.text_result()
    assert result is not None and result.unsure is not None
    assert "質問に、日本語で答えます" in lines and "「色は?」「穴はありますか?」" in lines
    assert f"{round(100 * result.unsure.probability)} % より低い答えは「要確認」" in lines
    assert "付属のモデル" in lines
    assert "70 %（95 % の幅 60 %〜80 %）" in figures and "学習の前は 40 %" in figures


@pytest.mark.parametrize("project", ["caption"], indirect=True)
def test_a_description_is_always_read_by_a_person(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    page = shown(qtbot, project, make_text_run(project), tmp_path)
    lines = page.text_facts.lines.text()
    assert "写真の説明を、日本語で書きます" in lines and "いつも人が読んで" in lines
    assert "要確認" not in lines and "3.50" in page.text_facts.figures.text()


def test_what_makes_no_sense_for_texts_is_not_offered(qtbot: QtBot, project: Project, tmp_path: Path) -> None:
    page = shown(qtbot, project, make_text_run(project), tmp_path)
    page.choices.open.setChecked(True)
    for part in (page.choices.alone, page.choices.quick, page.choices.words, page.report):
        assert not part.isVisible()
    assert page.choices.sign.isVisible() and page.text_report.isVisible()
    assert "プログラムなし" not in page.choices.open.text() + page.take_along.text()
    assert "同じモデル" in page.take_along.text()


def test_a_box_ticked_for_another_project_does_not_reach_the_job(
    qtbot: QtBot, project: Project, jobs: list[Path], tmp_path: Path
) -> None:
    run = make_text_run(project)
    page = shown(qtbot, project, run, tmp_path)
    page.choices.alone.setChecked(True)
    page.start.click()
    qtbot.waitUntil(lambda: bool(jobs))
    job = load_job(jobs[0])
    assert isinstance(job, ExportJob) and Path(job.source_run) == run.folder
    assert not job.onnx and job.wished_error == wish_of(project)


def test_verified_says_how_many_texts_were_the_same(
    qtbot: QtBot, project: Project, jobs: list[Path], tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_text_run(project), tmp_path)
    page.start.click()
    qtbot.waitUntil(lambda: bool(jobs))
    result = {
        "package": str(tmp_path / "a.hkd"), "sha256": "ab" * 32, "verified": True, "max_difference": 3e-7,
        "size_bytes": 2_500_000, "compared": 12,
    }  # fmt: skip
    page.engine.told.emit(Finished(result=result))
    page.engine.ended.emit(JobState.FINISHED)
    assert page.result.isVisible() and "文 12 件が一字一句同じ" in page.verified.text()
    assert page.blocker() == ""


def test_the_report_is_written_beside_the_package_and_opened(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(
        "app.widgets.text_report_panel.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile())
    )
    page = shown(qtbot, project, make_text_run(project), tmp_path)
    page.name.setText("答え")
    page.text_report.make.click()
    assert not page.text_report.make.isEnabled()
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert opened == [str(tmp_path / "答え-report" / "poc-report-ja.pdf")] and Path(opened[0]).is_file()
    page.text_report.open_en.click()
    assert opened[1].endswith("poc-report-en.pdf")
