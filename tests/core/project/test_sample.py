"""The sample project is ready at once: labelled, described, split, unbalanced as a plant's photos are."""

from pathlib import Path

import pytest

from core.problems import Problem
from core.project import probe, sample
from core.project.sample import create_sample_project


def test_is_ready_to_train(tmp_path: Path) -> None:
    with create_sample_project(tmp_path / "sample") as project:
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
