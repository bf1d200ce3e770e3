"""Features only, from the photos page to training: asked for in words, done at once, and never by halves."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.engine import EngineProcess
from app.pages.check import CheckPage
from app.pages.labels import LabelsPage
from app.pages.photos import PhotosPage
from app.pages.preset import PresetPage
from app.session import Session
from app.training_choice import TrainingChoice
from app.training_task import Kinds, Ready
from app.trial import Trial
from core.backbones.store import ModelStore
from core.features.file import About, FeaturesFile, open_features, save_features
from core.methods.presets import resolve_preset
from core.problems import Problem
from core.project.revision import PARTS
from core.project.store import Project
from core.training.events import Failed, Finished, Progress
from core.training.job import DATA_FILE, FeaturesJob, TrainJob, load_job
from core.training.run import Run
from core.training.state import JobState
from tests.app.run_data import make_project, make_result, make_run

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The engine stays out; the jobs it was given are listed."""
    asked: list[Path] = []
    monkeypatch.setattr(EngineProcess, "start", lambda _, path: asked.append(path))
    monkeypatch.setattr(Trial, "start", lambda *_: None)
    return asked


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path, photos=12) as project:
        yield project


def shown(qtbot: QtBot, project: Project) -> PhotosPage:
    session = Session()
    session.take_project(project)
    page = PhotosPage(session)
    qtbot.addWidget(page)
    page.resize(1100, 600)
    page.retranslate()
    page.show()
    page.enter()
    qtbot.waitUntil(page.keeping.choice.isVisible)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() > 0)
    return page


def made(job: FeaturesJob) -> FeaturesFile:
    """A file as the engine would make of the job's photos, with numbers out of the air."""
    revision, chance = Run(Path(job.run)).revision, np.random.default_rng(0)
    photos, learned = revision.photos, revision.of("train", revision.base)
    about = {
        "backbone": "embedded", "backbone_sha256": ModelStore().entries()[0].sha256, "precision": "fp32", "shots": None,
        "seed": job.seed, "views": job.views, "smallest_crop": job.smallest_crop, "flip": job.flip, "named": True,
        "preprocessing": {"image_size": 112, "resize": "shortest", "interpolation": "bicubic",
                          "mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)},
        "classes": tuple(entry.model_dump() for entry in revision.classes),
    }  # fmt: skip
    return FeaturesFile(
        about=About.model_validate(about),
        plain=chance.normal(size=(len(photos), 8)).astype(np.float32),
        views=chance.normal(size=(len(learned), job.views - 1, 8)).astype(np.float32),
        labels=np.array([photo.label for photo in photos], dtype=np.int32),
        parts=np.array([PARTS.index(photo.part) for photo in photos], dtype=np.uint8),
    )


def ask(qtbot: QtBot, page: PhotosPage) -> None:
    """Choose features only and confirm."""
    qtbot.mouseClick(page.keeping.features, LEFT)
    qtbot.waitUntil(page.keeping.panel.isVisible)
    page.keeping.understood.setChecked(True)
    assert page.keeping.start.isEnabled()


def extract(qtbot: QtBot, page: PhotosPage, jobs: list[Path]) -> FeaturesJob:
    """Start, and let the engine come to its end well."""
    ask(qtbot, page)
    qtbot.mouseClick(page.keeping.start, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, FeaturesJob)
    save_features(Path(job.out), made(job))
    engine = page.keeping.keeping._engine
    assert engine is not None
    engine.told.emit(Progress(done=30, total=120))
    assert (page.keeping.bar.value(), page.keeping.bar.maximum()) == (30, 120)
    engine.told.emit(Finished(result={}))
    with qtbot.waitSignal(page.keeping.forgotten):
        engine.ended.emit(JobState.FINISHED)
    qtbot.waitUntil(page.keeping.kept.isVisible)
    return job


def test_what_is_lost_is_said_before_and_nothing_happens_by_choosing(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project)
    assert page.keeping.keep.isChecked() and not page.keeping.panel.isVisible()
    assert page.splitter.isVisible()
    qtbot.mouseClick(page.keeping.features, LEFT)
    qtbot.waitUntil(page.keeping.panel.isVisible)
    assert not page.splitter.isVisible(), "the words have room"
    assert "元に戻せません" in page.keeping.lost_heading.text()
    for lost in ("ヒートマップ", "LoRA", "これまでの学習の結果"):
        assert lost in page.keeping.lost.text()
    assert "元のフォルダーの写真は消しません" in page.keeping.lead.text()
    assert "72 枚" in page.keeping.counts.text()
    assert not page.keeping.start.isEnabled(), "it takes a second thought"
    assert jobs == [] and len(project.photos()) == 72
    qtbot.mouseClick(page.keeping.keep, LEFT)
    qtbot.waitUntil(lambda: not page.keeping.panel.isVisible())
    assert page.splitter.isVisible()


def test_photos_are_forgotten_once_the_file_is_there(
    qtbot: QtBot, project: Project, jobs: list[Path], tmp_path: Path
) -> None:
    run = make_run(project)
    page = shown(qtbot, project)
    page.session.change_settings(last_folders={"photos": str(tmp_path / "photos"), "export": "x"})
    job = extract(qtbot, page, jobs)
    assert job.seed == project.seed
    state = project.features_only
    assert state is not None and state.swept
    assert project.photos("all") == []
    assert not run.folder.exists() and not Path(job.run).exists()
    assert page.session.run is None
    assert page.session.settings.last_folders == {"export": "x"}, "not even the folder's name is remembered"
    assert len(list((tmp_path / "photos").rglob("*.jpg"))) == 72, "their own folder is as it was"
    words = page.keeping.kept_words.text()
    for told in (
        "持っていないもの",
        "EXIF",
        "その写真がこの中にあるかを確かめられます",
        "推し量る技術",
        "読み戻せる",
    ):
        assert told in words
    assert page.blocker() == ""
    assert not page.top.isVisible() and not page.keeping.choice.isVisible()


def test_it_can_be_given_up_and_nothing_is_forgotten(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project)
    ask(qtbot, page)
    qtbot.mouseClick(page.keeping.start, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    assert "まだ何も消していません" in page.keeping.untouched.text()
    qtbot.mouseClick(page.keeping.cancel, LEFT)
    qtbot.waitUntil(page.keeping.start.isVisible)
    assert len(project.photos()) == 72 and project.features_only is None


@pytest.mark.parametrize("problem", [None, Failed(code="training.no_photos", data={"classes": "良品"})])
def test_an_engine_that_fails_costs_no_photo(
    qtbot: QtBot, project: Project, jobs: list[Path], problem: Failed | None
) -> None:
    page = shown(qtbot, project)
    ask(qtbot, page)
    qtbot.mouseClick(page.keeping.start, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    engine = page.keeping.keeping._engine
    assert engine is not None
    if problem is not None:
        engine.told.emit(problem)
    engine.ended.emit(JobState.FAILED)
    qtbot.waitUntil(page.keeping.banner.isVisible)
    assert len(project.photos()) == 72 and project.features_only is None
    assert page.keeping.start.isVisible()


def test_labels_changed_meanwhile_are_not_lost(qtbot: QtBot, project: Project, jobs: list[Path]) -> None:
    page = shown(qtbot, project)
    ask(qtbot, page)
    qtbot.mouseClick(page.keeping.start, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, FeaturesJob)
    save_features(Path(job.out), made(job))
    project.label([project.photos()[0].id], None)
    engine = page.keeping.keeping._engine
    assert engine is not None
    engine.told.emit(Finished(result={}))
    engine.ended.emit(JobState.FINISHED)
    qtbot.waitUntil(page.keeping.banner.isVisible)
    assert len(project.photos()) == 72


def test_without_labels_it_says_what_comes_first(qtbot: QtBot, project: Project, jobs: list[Path]) -> None:
    project.label([photo.id for photo in project.photos()], None)
    page = shown(qtbot, project)
    qtbot.mouseClick(page.keeping.features, LEFT)
    qtbot.waitUntil(page.keeping.refusal.isVisible)
    page.keeping.understood.setChecked(True)
    assert not page.keeping.start.isEnabled()
    assert "ラベルを付ける" in page.keeping.refusal.text()


def test_who_asked_for_features_only_does_not_train_on_photos_by_mistake(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project)
    labels = LabelsPage(page.session)
    qtbot.addWidget(labels)
    labels.show()
    labels.enter()
    qtbot.waitUntil(lambda: labels.blocker() == "")
    qtbot.mouseClick(page.keeping.features, LEFT)
    qtbot.waitUntil(page.keeping.panel.isVisible)
    labels.enter()
    qtbot.waitUntil(lambda: "特徴を取り出してください" in labels.blocker())
    labels.leave()


def test_the_further_pages_go_on_without_photos(
    qtbot: QtBot, project: Project, jobs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    TrainingChoice(preset="pt-peft-lora").keep(project)
    page = shown(qtbot, project)
    extract(qtbot, page, jobs)
    labels = LabelsPage(page.session)
    preset = PresetPage(page.session)
    for other in (labels, preset):
        qtbot.addWidget(other)
        other.retranslate()
        other.show()
        other.enter()
    qtbot.waitUntil(labels.fixed.isVisible)
    assert labels.blocker() == "" and not labels.splitter.isEnabled()
    labels.leave()
    qtbot.waitUntil(lambda: preset._found is not None)
    assert preset._choice.preset == "coop-dept", "what needs pixels is no longer the choice"
    assert not preset.cards["pt-peft-lora"].isEnabled()
    assert "写真を残していない" in preset.cards["pt-peft-lora"].unoffered.text()
    offered = preset.details.methods.names
    assert {"coop", "kgcoop", "linear-probe"} <= set(offered)
    assert not any(resolve_preset(name).parsed.needs_pixels for name in offered)
    preset.details.methods.search.setText("LoRA")
    assert not any(resolve_preset(name).parsed.needs_pixels for name in preset.details.methods.names)
    assert not preset.model.isEnabled()
    assert "まだ測っていません" in preset.cards["coop"].cost.text()
    preset._choice.keep(project)
    run = Kinds().writing(project, Ready(project.snapshot(), ()))()
    job = run.job
    assert isinstance(job, TrainJob)
    assert job.features == str(project.features_file)
    assert job.hyper["training.smallest_crop"] == 0.5
    assert preset._choice.is_of(job), "its run is shown when the page is opened again"
    assert not replace(preset._choice, changed={"training.views": 2}).is_of(job)
    assert not preset._choice.with_preset("coop").is_of(job)
    assert run.revision == open_features(project.features_file).revision
    assert b"photo_" not in (run.folder / DATA_FILE).read_bytes()


def test_the_check_page_says_that_it_has_no_pictures(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project)
    extract(qtbot, page, jobs)
    TrainingChoice(preset="coop").keep(project)
    run = Kinds().writing(project, Ready(project.snapshot(), ()))()
    make_result(run.revision, "coop", "coop", 0.5, 0.5).save(run.folder)
    check = CheckPage(page.session)
    qtbot.addWidget(check)
    check.show()
    page.session.run = run
    check.enter()
    qtbot.waitUntil(lambda: check._shown is not None)
    check.tabs.setCurrentWidget(check.photos_tab)
    assert check.list.rows.rowCount() == 0
    assert not check.photos_row.isVisible()
    assert "写真を残していない" in check.list_words.text()


def test_nothing_is_taken_in_any_more(
    qtbot: QtBot, project: Project, jobs: list[Path], tmp_path: Path
) -> None:
    page = shown(qtbot, project)
    extract(qtbot, page, jobs)
    page.take_in([tmp_path / "photos"])
    assert page._task is None
    with pytest.raises(Problem):
        project.add_class("新しい")
