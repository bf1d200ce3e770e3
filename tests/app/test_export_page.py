"""Taking the result away: written, verified, and only then called done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.engine import EngineProcess
from app.pages.export import ExportPage
from app.session import Session
from core.evaluation.wish import keep_wish
from core.project.store import Project
from core.training.events import Event, Failed, Finished, Stage, StateChanged
from core.training.job import ExportJob, load_job
from core.training.run import Run
from core.training.state import JobState
from tests.app.run_data import make_project, make_run


class Recorded:
    """The engine's part, played by the test."""

    def __init__(self) -> None:
        self.jobs: list[Path] = []
        self.running = False


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    recorded = Recorded()

    def start(_self: EngineProcess, path: Path) -> None:
        recorded.jobs.append(path)
        recorded.running = True

    monkeypatch.setattr(EngineProcess, "start", start)
    monkeypatch.setattr(EngineProcess, "running", property(lambda _self: recorded.running))
    return recorded


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path) as project:
        yield project


def shown(qtbot: QtBot, project: Project | None, run: Run | None, folder: Path) -> ExportPage:
    session = Session()
    session.change_settings(last_folders={"export": str(folder)})
    if project is not None:
        session.take_project(project)
    session.run = run
    page = ExportPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    return page


def exported(qtbot: QtBot, page: ExportPage, engine: Recorded, *events: Event) -> None:
    """Press the button, and let the engine tell these events and end."""
    page.start.click()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    for event in events:
        page.engine.told.emit(event)
    engine.running = False
    page.engine.ended.emit(JobState.FINISHED if isinstance(events[-1], Finished) else JobState.FAILED)


def told(package: Path, *, verified: bool = True) -> Finished:
    return Finished(
        result={
            "package": str(package), "sha256": "ab" * 32, "verified": verified,
            "max_difference": 3.2e-7, "size_bytes": 2_500_000,
        }
    )  # fmt: skip


def test_without_a_result_the_page_teaches_and_blocks(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    for opened, run in ((None, None), (project, None), (project, make_run(project, skill=None))):
        page = shown(qtbot, opened, run, tmp_path)
        assert page.empty.isVisible() and page.blocker()


def test_the_job_goes_to_the_engine_with_the_chosen_name_and_folder(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    run = make_run(project)
    page = shown(qtbot, project, run, tmp_path)
    page.name.setText('ボルト/検査:"1"')
    page.start.click()
    assert not page.start.isEnabled() and page.progress.isVisible(), "the click is answered at once"
    qtbot.waitUntil(lambda: bool(engine.jobs))
    job = load_job(engine.jobs[0])
    assert isinstance(job, ExportJob)
    assert Path(job.source_run) == run.folder
    assert Path(job.out) == tmp_path / "ボルト_検査__1_.hkd"


def test_the_badge_comes_only_after_verification_with_its_difference(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    page.start.click()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    for event in (StateChanged(state="running"), Stage(stage="write", index=1, of=2)):
        page.engine.told.emit(event)
    assert not page.result.isVisible() and page.blocker()
    page.engine.told.emit(told(tmp_path / "a.hkd"))
    engine.running = False
    page.engine.ended.emit(JobState.FINISHED)
    assert page.result.isVisible() and page.mark.mark == "ok"
    assert "確認済み" in page.verified.text() and "0.00000032" in page.verified.text()
    assert "ab" * 32 in page.facts.text() and "2.4 MB" in page.facts.text()
    assert page.blocker() == ""


def test_an_unverified_package_is_not_called_done(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    exported(qtbot, page, engine, told(tmp_path / "a.hkd", verified=False))
    assert "確認済み" not in page.verified.text() and page.mark.mark == "stop"
    assert page.blocker()


def test_a_failure_is_told_and_can_be_tried_again(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    failed = Failed(code="package.not_written", data={"path": "x", "reason": "disk full", "name": "x"})
    exported(qtbot, page, engine, failed)
    assert page.banner.isVisible() and page.banner.do.text()
    assert page.start.isEnabled() and not page.result.isVisible()


def test_an_engine_that_dies_is_told(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    page.start.click()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    engine.running = False
    page.engine.ended.emit(JobState.INTERRUPTED)
    assert page.banner.isVisible() and "途中で切れました" in page.banner.what.text()


def test_a_missing_folder_or_name_is_refused_in_words(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path / "gone")
    assert not page.start.isEnabled() and page.refusal.text()
    page.folder.setText(str(tmp_path))
    assert page.start.isEnabled()
    page.name.setText("  ")
    assert not page.start.isEnabled() and page.refusal.text()


def test_replacing_a_file_is_said_on_the_button(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    plain = page.start.text()
    page.target().write_bytes(b"an older package")
    page.name.setText(page.name.text() + " ")
    assert page.start.text() != plain


def test_a_package_written_before_is_remembered_while_it_lies_there(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    run, package = make_run(project), tmp_path / "a.hkd"
    page = shown(qtbot, project, run, tmp_path)
    exported(qtbot, page, engine, told(package))
    assert shown(qtbot, project, run, tmp_path).exported is None, "the file is not there"
    package.write_bytes(b"not really")
    again = shown(qtbot, project, run, tmp_path)
    assert again.exported is not None
    qtbot.waitUntil(again.banner.isVisible)  # it lies there, but it is no package any more


def test_the_wish_of_the_project_goes_along_and_another_one_asks_for_a_new_file(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    keep_wish(project, 1 / 200)
    run, package = make_run(project), tmp_path / "a.hkd"
    page = shown(qtbot, project, run, tmp_path)
    package.write_bytes(b"")
    exported(qtbot, page, engine, told(package))
    job = load_job(engine.jobs[0])
    assert isinstance(job, ExportJob) and job.wished_error == 1 / 200
    page._refresh()
    assert page.exported is not None
    keep_wish(project, 1 / 500)
    page._refresh()
    assert page.exported is None
    assert "要確認" in page.blocker() and "もう一度書き出して" in page.refusal.text(), "why it is not enough"
    keep_wish(project, 1 / 200)
    page._refresh()
    assert page.exported is not None and page.refusal.text() == page.blocker() == ""


def test_thirty_classes_and_long_names(qtbot: QtBot, tmp_path: Path, engine: Recorded) -> None:
    with make_project(
        tmp_path, tuple(f"とても長い名前の種類その{i}" * 4 for i in range(30)), photos=4
    ) as project:
        project.rename("とても長い名前のプロジェクト" * 8)
        page = shown(qtbot, project, make_run(project), tmp_path)
        assert page.start.isEnabled()
        page.target().write_bytes(b"the file system takes the name")


def test_what_the_package_is_to_be_able_to_do_goes_into_the_job(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    choices = page.choices
    assert not choices.alone.isVisible() and choices.open.isVisible(), "most need none of it"
    choices.open.click()
    assert choices.alone.isVisible()
    assert not choices.quick.isEnabled() and not choices.words.isEnabled(), "they stand on the first"
    choices.quick.setChecked(True)
    assert choices.chosen() == {"onnx": False, "quantise": False, "new_products": False, "sign": ""}
    choices.alone.setChecked(True)
    choices.words.setChecked(True)
    choices.sign.setChecked(True)
    assert "4 個" in choices.open.text(), "what is chosen is told when it is folded"
    assert not page.start.isEnabled() and "鍵" in page.refusal.text()
    choices.take_key(str(tmp_path / "factory.key"))
    page.start.click()
    qtbot.waitUntil(lambda: bool(engine.jobs))
    job = load_job(engine.jobs[0])
    assert isinstance(job, ExportJob)
    assert (job.onnx, job.quantise, job.new_products) == (True, True, True)
    assert job.sign == str(tmp_path / "factory.key")


def test_a_new_key_is_made_beside_its_public_half(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    wanted = str(tmp_path / "工場.key")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (wanted, ""))
    page.choices.sign.setChecked(True)
    assert page.choices.make_key.isVisible()
    page.choices.make_key.click()
    qtbot.waitUntil(lambda: bool(page.choices.key))
    assert page.choices.key == wanted
    assert {path.name for path in tmp_path.glob("*.key*")} == {"工場.key", "工場.key.pub"}
    assert "秘密" in page.choices.key_shown.text() and page.start.isEnabled()
    page.choices.make_key.click()
    qtbot.waitUntil(page.banner.isVisible)


def test_the_result_tells_what_working_alone_costs(
    qtbot: QtBot, project: Project, engine: Recorded, tmp_path: Path
) -> None:
    page = shown(qtbot, project, make_run(project), tmp_path)
    quick = {"photos": 40, "other_class": 2, "right_before": 38, "right_after": 37, "max_difference": 0.02}
    alone = {"max_difference": 0.00012, "photos": 40, "quantised": quick, "words": {"sentences": ["{}"]}}
    result = told(tmp_path / "a.hkd").result | {"alone": alone, "signer": "ab" * 32}
    exported(qtbot, page, engine, Finished(result=result))
    words = page.alone_words.text()
    assert page.alone_words.isVisible()
    for part in (
        "40 枚と確認用の絵で比べた",
        "0.00012",
        "2 枚で答えが変わります",
        "38 枚 → 37 枚",
        "新しい品種",
        "abab",
    ):
        assert part in words
    exported(qtbot, page, engine, told(tmp_path / "a.hkd"))
    assert not page.alone_words.isVisible()
