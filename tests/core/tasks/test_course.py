"""A run about texts: from photos and a file to a verified artefact and a result, on the command line and cut off."""

from __future__ import annotations

import csv
import json
import unicodedata
from pathlib import Path

import pytest

from core.cli import BAD_INPUT, OK, main
from core.partsworld.heldout import training_compositions
from core.partsworld.plant import QUESTIONS, answer_to, plant_scenes, record
from core.partsworld.render import render
from core.problems import Problem
from core.project.revision import Part
from core.project.store import Project
from core.tasks import course
from core.tasks.course import TUNED_FILE, tune
from core.tasks.embedded import load_text_model
from core.tasks.examine import Examination
from core.tasks.freeze import freeze_folder, freeze_texts
from core.tasks.models import open_writer
from core.tasks.protocol import Told
from core.tasks.revision import WrittenText
from core.tasks.texts import Caption, PhotoTexts, Question
from core.tasks.tuned import load_tuned
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Halt
from core.training.events import Event, Finished, Interrupted, Stage, TextEpoch, Warned
from core.training.job import DATA_FILE, TextJob, save_job
from core.training.run import Run, runs_in

FEW = {"training.epochs": 2, "training.batch_size": 4}
PHOTOS = 14


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of photos, three of them of a line that is held back, with descriptions and questions beside it."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("plant")
    captions, questions = [["photo", "caption"]], [["photo", "question", "answer"]]
    for number, scene in enumerate(plant_scenes((4,), training_compositions(), PHOTOS)):
        place = folder / ("other line" if number >= PHOTOS - 3 else "line 1")
        place.mkdir(exist_ok=True)
        Image.fromarray(render(scene, 112)).save(place / f"p{number}.png")
        captions.append([f"p{number}.png", record(scene)])
        questions += [[f"p{number}.png", each, answer_to(scene, each)] for each in QUESTIONS]
    for name, rows in (("captions.csv", captions), ("questions.csv", questions)):
        with (folder / name).open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(autouse=True)
def few_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the model knew is asked by fewer pictures than usual."""
    usual = course.known_examination
    monkeypatch.setattr(course, "known_examination", lambda task, language: usual(task, language, 6))


def lay_out(plant: Path, run: Path, task: str = "vqa", **more: object) -> Run:
    from core.exchange.text_read import read_texts

    texts = read_texts(plant / ("questions.csv" if task == "vqa" else "captions.csv"))
    revision = freeze_folder(plant, texts, task, held_back=["other line"]).revision  # type: ignore[arg-type]
    revision.save(run / DATA_FILE)
    save_job(
        TextJob.model_validate(
            {"run": str(run), "preset": "lora", "composition": "lora", "hyper": FEW} | more
        )
    )
    return Run(run)


def test_the_command_tunes_measures_and_keeps(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "--task", "vqa", "--photos", str(plant), "--texts", str(plant / "questions.csv"),
             "--hold-back", "other line", "--preset", "lora", "--out", str(tmp_path / "run"),
             "--set", "training.epochs=2", "--json"]  # fmt: skip
    assert main(words) == OK
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    run = Run(tmp_path / "run")
    result = run.text_result()
    assert result is not None and told["run"] == str(run.folder)
    assert set(result.metrics) == {"base", "new", "known"}
    assert result.metrics["new"]["vqa_accuracy"].after.n == 3
    assert set(result.questions) == set(QUESTIONS)
    assert {p.role for p in result.predictions if p.photo.startswith("other line")} == {"new"}
    assert result.unsure is not None and result.unsure.n == len(result.validated)
    # Independently: what lies on disk, asked anew, says what the result says.
    writer = open_writer()
    tuned = load_tuned(run.folder / TUNED_FILE, writer).writer
    revision = run.text_revision
    again = Examination.of(revision, revision.of("test")).write(tuned)
    assert [each.text for each in again] == [each.said for each in result.predictions]
    right = [p.score for p in result.predictions if p.role == "base"]
    assert result.metrics["base"]["vqa_accuracy"].after.mean == pytest.approx(sum(right) / len(right))
    assert not (run.folder / CHECKPOINT_FILE).exists()
    assert main(["evaluate", str(run.folder), "--photos", str(plant), "--texts", str(plant / "questions.csv"),
                 "--hold-back", "other line", "--json"]) == OK  # fmt: skip
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["metrics"]["base"]["vqa_accuracy"]["after"]["mean"] == pytest.approx(sum(right) / len(right))
    # What the run is about need not be said again.
    assert main(["train", "--photos", str(plant), "--resume", "--out", str(run.folder), "--json"]) == OK
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["revision"] == result.revision
    assert main(["evaluate", str(run.folder), "--photos", str(plant), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == "cli.say_texts"


def test_cut_off_it_goes_on_and_comes_to_the_same(plant: Path, tmp_path: Path) -> None:
    whole = tune(lay_out(plant, tmp_path / "whole", "caption").folder, lambda event: None)
    run = lay_out(plant, tmp_path / "cut", "caption")
    commands = Commands()

    def cut(event: Event) -> None:
        if isinstance(event, TextEpoch):
            commands.interrupt("power cut")

    with pytest.raises(Halt):
        tune(run.folder, cut, commands)
    assert isinstance(run.events()[-1], Interrupted) and (run.folder / CHECKPOINT_FILE).exists()
    rounds: list[int] = []
    result = tune(
        run.folder, lambda e: rounds.append(e.epoch) if isinstance(e, TextEpoch) else None, resume=True
    )
    assert rounds == [2]
    assert (run.folder / TUNED_FILE).read_bytes() == (tmp_path / "whole" / TUNED_FILE).read_bytes()
    assert result.predictions == whole.predictions and result.unsure is None
    assert isinstance(run.events()[-1], Finished)
    assert tune(run.folder, lambda event: None, resume=True) == result


def test_stopped_it_keeps_the_best_so_far(plant: Path, tmp_path: Path) -> None:
    run, commands = lay_out(plant, tmp_path / "run"), Commands()

    def stop(event: Event) -> None:
        if isinstance(event, TextEpoch):
            commands.give("stop")

    with pytest.raises(Halt):  # what comes after the training is asked whether to stop as well
        commands_before = Commands()
        commands_before.give("stop")
        tune(run.folder, lambda event: None, commands_before)
    result = tune(run.folder, stop, commands)
    assert (result.stopped_because, result.epochs) == ("asked", 1)


def test_a_photo_that_cannot_be_opened_is_left_out(plant: Path, tmp_path: Path) -> None:
    run = lay_out(plant, tmp_path / "run")
    spoiled = run.text_revision.of("train")[0]
    moved = run.text_revision.model_copy(update={"photos": tuple(
        photo.model_copy(update={"path": "gone.png"}) if photo == spoiled else photo for photo in run.text_revision.photos
    )})  # fmt: skip
    moved.save(run.folder / DATA_FILE)
    events: list[Event] = []
    result = tune(run.folder, events.append)
    (warned,) = [e for e in events if isinstance(e, Warned) and e.code == "training.photos_left_out"]
    assert warned.data["count"] == 1 and result.learned_texts == 3 * (len(moved.of("train")) - 1)


def test_runs_of_texts_and_of_kinds_are_told_apart(plant: Path, tmp_path: Path) -> None:
    lay_out(plant, tmp_path / "a")
    assert [run.folder.name for run in runs_in(tmp_path, TextJob)] == ["a"] and runs_in(tmp_path) == []


def test_another_model_is_refused(plant: Path, tmp_path: Path) -> None:
    run = lay_out(plant, tmp_path / "run", model_sha256="0" * 64)
    with pytest.raises(Problem) as other:
        tune(run.folder, lambda event: None)
    assert other.value.code == "tasks.tuned_other_model"


@pytest.mark.parametrize("without", [{"test"}, {"test", "val"}])
def test_without_test_photos_other_texts_verify_what_is_kept(
    plant: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: set[str]
) -> None:
    run = lay_out(plant, tmp_path / "run", "caption")
    revision = run.text_revision
    moved = [
        p.model_copy(update={"part": "train", "role": "base"} if p.part in without else {})
        for p in revision.photos
    ]
    revision.model_copy(update={"photos": tuple(moved)}).save(run.folder / DATA_FILE)

    class Other:
        """Stands in for a file that does not hold what was learned."""

        class writer:  # noqa: N801 - as of a tuning
            @staticmethod
            def caption(photos: list[object], _language: str) -> list[Told]:
                return [Told("something else", 1.0)] * len(photos)

    with monkeypatch.context() as damaged:
        damaged.setattr(course, "load_tuned", lambda *_: Other)
        with pytest.raises(Problem) as told:
            tune(run.folder, lambda event: None)
        assert told.value.code == "tasks.not_verified"
    assert tune(run.folder, lambda event: None, resume=True).predictions == ()


@pytest.mark.parametrize("part", ["train", "val"])
def test_a_text_that_cannot_be_learned_is_told_before_anything_is_examined(
    plant: Path, tmp_path: Path, part: Part
) -> None:
    run = lay_out(plant, tmp_path / "run", "caption")
    revision = run.text_revision
    endless = revision.of(part)[0]
    written = (WrittenText(texts=("きずのある緑の部品です。" * 60,)),)
    revision.model_copy(update={"photos": tuple(
        photo.model_copy(update={"written": written}) if photo == endless else photo for photo in revision.photos
    )}).save(run.folder / DATA_FILE)  # fmt: skip
    with pytest.raises(Problem) as told:
        tune(run.folder, lambda event: None)
    assert told.value.code == "tasks.text_too_long"
    assert [event.stage for event in run.events() if isinstance(event, Stage)] == ["prepare"]


@pytest.mark.parametrize("words", [["--texts", "nowhere.csv"], [], ["--texts", "some.csv", "--shots", "4"]])
def test_what_is_missing_is_asked_for(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos").mkdir()
    told = [
        "train",
        "--task",
        "caption",
        "--photos",
        str(tmp_path / "photos"),
        "--out",
        str(tmp_path / "r"),
        *words,
    ]
    assert main(told) == BAD_INPUT
    assert capsys.readouterr().err


def test_a_projects_texts_are_frozen_with_what_is_held_back(plant: Path, tmp_path: Path) -> None:
    from core.photos.scan import scan

    with Project.create(tmp_path / "project", "p") as project:
        project.add_photos(scan(plant))
        with pytest.raises(Problem) as not_texts:
            freeze_texts(project)
        assert not_texts.value.code == "tasks.not_a_text_task"
        project.choose_task("caption")
        with pytest.raises(Problem) as too_few:
            freeze_texts(project)
        assert too_few.value.code == "tasks.too_few_texts"
        kind = project.add_class("other line")
        project.set_role(kind.id, "new")
        for photo in project.photos():
            project.texts.write_captions([photo.id], [f"about {photo.path.name}"])
            if photo.path.parent.name == kind.name:
                project.label([photo.id], kind.id)
        frozen = freeze_texts(project)
        assert [photo.role for photo in frozen.photos].count("new") == 3
        assert {photo.part for photo in frozen.photos if photo.role == "new"} == {"test"}
        assert {photo.part for photo in frozen.photos} == {"train", "val", "test"}
        assert freeze_texts(project).id == frozen.id, "parts stay"
        project.texts.write_captions([project.photos()[0].id], ["another"])
        assert freeze_texts(project).id != frozen.id


def test_a_files_own_split_is_kept(plant: Path) -> None:
    texts = PhotoTexts(
        captions=tuple(Caption(f"p{n}.png", "a part") for n in range(6)),
        questions=(Question("p0.png", "Disposition?", ("release", "scrap", "release")),),
        parts={"p0.png": "test", "p1.png": "train", "p2.png": "train", "p3.png": "val"},
    )
    revision = freeze_folder(plant, texts, "caption").revision
    parts = {Path(photo.path).name: photo.part for photo in revision.photos}
    assert parts | {"p0.png": "test", "p1.png": "train", "p2.png": "train", "p3.png": "val"} == parts
    assert len(parts) == 6 and revision.language == "en"


def test_a_photo_that_the_file_names_in_two_ways_has_all_its_texts(plant: Path) -> None:
    texts = PhotoTexts(
        questions=(
            Question("p0.png", "Disposition?", ("scrap",)),
            Question("line 1/P0.png", "Disposition?", ("release", "release")),
            Question("line 1/P0.png", "Which part?", ("a bolt",)),
            Question("p1.png", "Disposition?", ("scrap",)),
        ),
        parts={"p0.png": "train", "p1.png": "train"},
    )
    (photo, _) = freeze_folder(plant, texts, "vqa").revision.photos
    assert {each.question: each.texts for each in photo.written} == {
        "Disposition?": ("scrap", "release", "release"),
        "Which part?": ("a bolt",),
    }


def test_names_of_no_photo_and_of_several_are_told(plant: Path, tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        for name in ("same.png", f"{place}.png"):
            (tmp_path / place / name).write_bytes(
                (plant / "line 1" / f"p{len(name) + ord(place) % 2}.png").read_bytes()
            )
    named = ("same.png", "gone.png", "a.png", "b.png", "b/same.png")
    texts = PhotoTexts(captions=tuple(Caption(name, "a part") for name in named), parts={"a.png": "train"})
    frozen = freeze_folder(tmp_path, texts, "caption")
    assert (frozen.missing, frozen.ambiguous) == (("gone.png",), ("same.png",))
    assert {photo.path for photo in frozen.revision.photos} == {"a/a.png", "b/b.png", "b/same.png"}


def test_the_command_tells_what_it_left_out(
    plant: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (plant / "captions.csv").read_text() + "gone.png,a part\n"
    (tmp_path / "more.csv").write_text(lines)
    words = ["train", "--task", "caption", "--photos", str(plant), "--texts", str(tmp_path / "more.csv"),
             "--out", str(tmp_path / "run"), "--set", "training.epochs=1", "--json"]  # fmt: skip
    assert main(words) == OK
    told = capsys.readouterr()
    answer = json.loads(told.out.splitlines()[-1])
    assert (answer["missing"], answer["ambiguous"]) == (["gone.png"], [])
    assert "gone.png" in told.err


@pytest.mark.parametrize("name", ["OTHER LINE", unicodedata.normalize("NFD", "部品ガラス")])
def test_folders_are_held_back_however_their_name_is_written(plant: Path, tmp_path: Path, name: str) -> None:
    places = [unicodedata.normalize("NFC", name).lower(), "line 1"]
    for number in range(4):
        place = tmp_path / places[number % 2]
        place.mkdir(exist_ok=True)
        (place / f"p{number}.png").write_bytes((plant / "line 1" / f"p{number}.png").read_bytes())
    texts = PhotoTexts(captions=tuple(Caption(f"p{n}.png", "a part") for n in range(4)))
    revision = freeze_folder(tmp_path, texts, "caption", held_back=[name]).revision
    assert {photo.path for photo in revision.photos if photo.role == "new"} == {
        f"{places[0]}/p{number}.png" for number in (0, 2)
    }


def test_the_embedded_model_says_what_it_is() -> None:
    card = load_text_model().card
    assert (card.kind, card.languages, card.tasks) == ("embedded", ("ja", "en"), ("caption", "vqa"))
