"""モデル: what is here, what comes from a stick, what goes on one, and what was removed by mistake."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.models_dialog import ModelsDialog
from app.session import Session
from app.widgets.model_row import ModelRow
from core.backbones.preprocess import Preprocessing
from core.backbones.store import ModelStore, Record
from core.files import sha256_file
from core.tasks.folders import Record as FolderRecord
from core.tasks.folders import WriterStore
from core.training.events import Failed, Finished, Progress, Stage
from core.training.job import DownloadModelJob, ImportModelsJob, load_job
from core.training.state import JobState

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(qtbot: QtBot) -> ModelsDialog:
    """The dialog on a PC with one model of its own."""
    _store_model("plant-clip")
    return opened(qtbot)


def opened(qtbot: QtBot) -> ModelsDialog:
    dialog = ModelsDialog(Session())
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: bool(dialog.rows))
    return dialog


def row(dialog: ModelsDialog, name: str) -> ModelRow:
    return next(row for row in dialog.rows if row.entry.name == name)


def test_each_model_says_its_size_licence_purpose_and_whether_it_is_here(dialog: ModelsDialog) -> None:
    mine, offered, embedded = (row(dialog, name) for name in ("plant-clip", "vit-b-32-openai", "embedded"))
    assert "4.1 KB" in mine.facts.text() and "社内限り" in mine.facts.text()
    assert mine.entry.sha256[:16] in mine.facts.text() and mine.entry.sha256 in mine.facts.toolTip()
    assert mine.purpose.text() == "外観検査用"
    assert (mine.state.text(), offered.state.text()) == ("使えます", "まだこのパソコンにありません")
    assert "605.1 MB" in offered.facts.text() and "MIT" in offered.facts.text()
    assert (mine.remove.isVisible(), offered.fetch.isVisible()) == (True, True)
    assert not embedded.remove.isVisible() and not embedded.pick.isVisible() and not offered.pick.isVisible()


def test_a_dropped_file_is_brought_in_by_the_engine_and_what_was_verified_is_said(
    dialog: ModelsDialog, qtbot: QtBot, jobs: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "usb.hkmodels"
    path.touch()
    drop(dialog, path)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, ImportModelsJob) and job.bundle == str(path)
    engine = dialog.job._engine
    assert engine is not None
    engine.told.emit(Progress(done=300_000_000, total=600_000_000, seconds_left=41.0))
    assert dialog.bar.value() == 500
    assert "300.0 MB／600.0 MB" in dialog.words.text() and "あと約 41 秒" in dialog.words.text()
    engine.told.emit(Stage(stage="load", index=1, of=2))
    assert "読み込める" in dialog.words.text() and dialog.bar.maximum() == 0
    engine.told.emit(Finished(result={"added": ["a", "b"], "here": ["plant-clip"]}))
    with qtbot.waitSignal(dialog.changed):
        engine.ended.emit(JobState.FINISHED)
    said = dialog.outcome_words.text()
    assert "a、b を取り込みました" in said and "plant-clip は、同じものがすでに" in said
    assert not dialog.working.isVisible() and dialog.take_in.isEnabled()


def test_a_folder_with_a_model_is_brought_in_by_the_engine(
    dialog: ModelsDialog, qtbot: QtBot, jobs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "SmolVLM-256M"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    qtbot.mouseClick(dialog.take_folder, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, ImportModelsJob) and job.bundle == str(folder)
    engine = dialog.job._engine
    assert engine is not None and not dialog.take_folder.isEnabled()
    engine.told.emit(Finished(result={"folder": "SmolVLM-256M"}))
    with qtbot.waitSignal(dialog.changed):
        engine.ended.emit(JobState.FINISHED)
    assert "「SmolVLM-256M」を取り込みました" in dialog.outcome_words.text()


def test_a_model_that_was_a_folder_is_listed_removed_and_brought_back(qtbot: QtBot) -> None:
    _store_folder("smol")
    dialog = opened(qtbot)
    qtbot.waitUntil(lambda: any(row.entry.name == "smol" for row in dialog.rows))
    mine = row(dialog, "smol")
    assert "英語だけ" in mine.purpose.text() and "照合値" in mine.facts.text()
    assert not mine.pick.isVisible(), "it is carried as the folder that it is"
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(mine.remove, LEFT)
    assert WriterStore().names() == []
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(dialog.undo, LEFT)
    assert [model.record.name for model in WriterStore().stored()] == ["smol"]
    qtbot.waitUntil(lambda: any(row.entry.name == "smol" for row in dialog.rows))
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(row(dialog, "smol").remove, LEFT)
    dialog.close()
    qtbot.waitUntil(lambda: not (WriterStore().root / ".removed").exists())


def test_a_refused_file_is_told_in_words(
    dialog: ModelsDialog, qtbot: QtBot, jobs: list[Path], tmp_path: Path
) -> None:
    dialog.take([tmp_path / "usb.hkmodels"])
    qtbot.waitUntil(lambda: len(jobs) == 1)
    engine = dialog.job._engine
    assert engine is not None
    engine.told.emit(Failed(code="backbones.bundle_damaged", data={"path": "usb.hkmodels", "reason": "x"}))
    engine.ended.emit(JobState.FAILED)
    assert dialog.banner.isVisible() and "何も取り込んでいません" in dialog.banner.what.text()
    assert not dialog.outcome.isVisible() and not dialog.job.running


def test_what_is_no_file_of_models_is_refused_at_once(
    dialog: ModelsDialog, jobs: list[Path], tmp_path: Path
) -> None:
    drop(dialog, tmp_path / "photo.jpg")
    assert "まとめファイルではありません" in dialog.banner.what.text()
    assert not jobs and not dialog.job.running


def test_an_import_can_be_stopped(
    dialog: ModelsDialog, qtbot: QtBot, jobs: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.take([tmp_path / "usb.hkmodels"])
    qtbot.waitUntil(lambda: len(jobs) == 1)
    engine, asked = dialog.job._engine, []
    assert engine is not None
    monkeypatch.setattr(engine, "stop", lambda: asked.append(1))
    qtbot.mouseClick(dialog.cancel, LEFT)
    assert asked and "やめています" in dialog.words.text() and not dialog.cancel.isEnabled()
    engine.ended.emit(JobState.STOPPED)
    assert not dialog.working.isVisible() and not dialog.banner.isVisible() and not dialog.outcome.isVisible()


def test_chosen_models_go_into_one_file(
    dialog: ModelsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not dialog.write.isEnabled()
    row(dialog, "plant-clip").pick.click()
    assert dialog.write.isEnabled()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "usb"), ""))
    qtbot.mouseClick(dialog.write, LEFT)
    qtbot.waitUntil(lambda: dialog.outcome.isVisible(), timeout=20_000)
    assert (tmp_path / "usb.hkmodels").is_file()
    assert (
        "読み返して" in dialog.outcome_words.text()
        and str(tmp_path / "usb.hkmodels") in dialog.outcome_words.text()
    )
    assert dialog._session.settings.last_folders["models"] == str(tmp_path)


def test_a_file_that_cannot_be_written_is_told(
    dialog: ModelsDialog, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row(dialog, "plant-clip").pick.setChecked(True)
    (tmp_path / "no-folder").touch()
    out = str(tmp_path / "no-folder" / "usb.hkmodels")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (out, ""))
    qtbot.mouseClick(dialog.write, LEFT)
    qtbot.waitUntil(dialog.banner.isVisible, timeout=20_000)
    assert "書けませんでした" in dialog.banner.what.text()


def test_a_removed_model_can_be_brought_back_and_says_what_it_frees(
    dialog: ModelsDialog, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(row(dialog, "plant-clip").remove, LEFT)
    assert "空きができます" in dialog.outcome_words.text() and "KB" in dialog.outcome_words.text()
    qtbot.waitUntil(lambda: all(r.entry.name != "plant-clip" for r in dialog.rows))
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(dialog.undo, LEFT)
    qtbot.waitUntil(lambda: any(r.entry.name == "plant-clip" for r in dialog.rows))
    assert ModelStore().verify("plant-clip")
    assert not dialog.outcome.isVisible()


def test_closing_forgets_what_was_removed(dialog: ModelsDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.changed):
        qtbot.mouseClick(row(dialog, "plant-clip").remove, LEFT)
    dialog.close()
    qtbot.waitUntil(lambda: not list(ModelStore().root.glob(".removed/*")))


def test_nothing_is_fetched_before_the_operator_agreed(
    dialog: ModelsDialog, qtbot: QtBot, jobs: list[Path]
) -> None:
    said: list[str] = []

    def answer(button: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        said.append(f"{box.text()} {box.informativeText()}")
        wanted = [b for b in box.buttons() if (b.objectName() == "fetch_model_go") == (button == "go")]
        wanted[0].click()

    QTimer.singleShot(0, lambda: answer("stay"))
    qtbot.mouseClick(row(dialog, "vit-b-32-openai").fetch, LEFT)
    assert "605.1 MB" in said[0] and "MIT" in said[0]
    assert not jobs and not dialog.job.running
    QTimer.singleShot(0, lambda: answer("go"))
    qtbot.mouseClick(row(dialog, "vit-b-32-openai").fetch, LEFT)
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, DownloadModelJob) and job.model == "vit-b-32-openai"
    dialog.job.give_up()


def drop(dialog: ModelsDialog, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action = Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(5, 5), action, data, LEFT, Qt.KeyboardModifier.NoModifier)
    dialog.dropEvent(event)


def _store_folder(name: str) -> None:
    folder = WriterStore().root / name
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"w" * 100)
    digest = sha256_file(folder / "model.safetensors")
    record = FolderRecord(
        name=name,
        model_type="smolvlm",
        origin=name,
        licence="Apache-2.0",
        size_bytes=100,
        files={"model.safetensors": digest},
    )
    (folder / "writer.json").write_text(record.model_dump_json())


def _store_model(name: str) -> None:
    def fill(folder: Path) -> Record:
        weights = folder / "weights.safetensors"
        weights.write_bytes(bytes(4096))
        return Record(
            name=name, architecture="ViT-B-32", source="file", origin="test", weights=weights.name,
            sha256=sha256_file(weights), size_bytes=4096, licence="社内限り",
            purpose={"ja": "外観検査用", "en": "inspection"}, model_cfg={},
            preprocessing=Preprocessing(image_size=224),
        )  # fmt: skip

    ModelStore().add(name, fill)
