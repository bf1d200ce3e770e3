"""The sample project is ready at once: labelled, described, split, unbalanced as a plant's photos are."""

from pathlib import Path

import pytest

from core.partsworld.plant import QUESTIONS, QUESTIONS_JA
from core.partsworld.sample import CLASSES
from core.problems import Language, Problem
from core.project import probe, sample
from core.project.sample import create_sample_project, create_text_sample_project
from core.tasks.freeze import freeze_texts


def test_is_ready_to_train(tmp_path: Path) -> None:
    with create_sample_project(tmp_path / "見本") as project:
        assert project.name == "見本", "two samples are told apart by their folders"
        counts = project.counts()
        assert counts.unlabelled == counts.unreadable == 0
        revision = project.snapshot()
    assert len(revision.classes) >= 12
    assert all(entry.source == "own" and entry.description.isascii() for entry in revision.classes)
    assert min(revision.counts("test")) >= 20
    assert min(revision.counts("val")) >= 1
    train = [revision.counts("train")[index] for index in revision.base]
    assert max(train) >= 2 * min(train)
    assert all(photo.part == ("test" if "/test/" in photo.path else photo.part) for photo in revision.photos)
    assert all(not Path(photo.path).is_absolute() for photo in revision.photos)


def test_speaks_the_language_asked_for(tmp_path: Path) -> None:
    names = {}
    for language in ("ja", "en"):
        with create_sample_project(tmp_path / language, language=language) as project:
            names[language] = [entry.name for entry in project.classes()]
    assert all(name.isascii() for name in names["en"])
    assert not any(name.isascii() for name in names["ja"])


def test_missing_files_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SAMPLE", tmp_path / "gone")
    with pytest.raises(Problem) as caught:
        create_sample_project(tmp_path / "project")
    assert caught.value.code == "project.sample_missing"
    assert not (tmp_path / "project").exists()


def test_a_class_the_operator_has_is_no_probe(tmp_path: Path) -> None:
    with create_sample_project(tmp_path / "sample") as project:
        for entry in project.classes()[3:]:
            project.remove_class(entry.id)
        revision = project.snapshot()
    own = {revision.classes[index].description for index in revision.base}
    probes = [revision.classes[index].description for index in revision.new]
    assert len(own) == 3 and len(probes) == probe.PROBE_CLASSES
    assert own.isdisjoint(probes)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_records_say_what_the_photos_of_a_class_show(tmp_path: Path, language: Language) -> None:
    with create_text_sample_project(tmp_path / "sample", "caption", language=language) as project:
        assert project.name == "sample"
        revision = freeze_texts(project)
        names = {photo.id: photo.path.parent.name for photo in project.photos()}
        told = {names[caption.photo_id]: caption.text for caption in project.texts.captions()}
    assert revision.task == "caption" and revision.language == language
    assert min(len(revision.of(part)) for part in ("train", "val", "test")) >= 20  # type: ignore[arg-type]
    assert set(told) == {entry.folder for entry in CLASSES}
    sound, rusty = told["steel_bolt_ok"], told["steel_bolt_rust"]
    if language == "ja":
        assert (sound, rusty) == (
            "鋼のボルトは異常なし。記号OK、出荷。",
            "鋼のボルトに赤さび。記号C2、廃棄。",
        )
    else:
        assert (sound, rusty) == (
            "No findings on bolt, steel. Code OK, release.",
            "Corrosion on bolt, steel. Code C2, scrap.",
        )


def test_questions_are_the_plants_own_in_both_languages(tmp_path: Path) -> None:
    asked = {}
    for language in ("ja", "en"):
        with create_text_sample_project(tmp_path / language, "vqa", language=language) as project:
            asked[language] = freeze_texts(project).questions
    assert asked == {"ja": QUESTIONS_JA, "en": QUESTIONS}
