"""A project that keeps features in place of photos: what an attacker with all of it does not have, whatever went
wrong on the way; and that it learns, judges and exports on."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.backbones.load import load_backbone
from core.backbones.store import ModelStore
from core.features.file import open_features, save_features
from core.features.shown import shown_as_in
from core.files import sha256_file
from core.methods.presets import resolve_preset
from core.package.export import export_run
from core.photos.scan import scan
from core.photos.scan_cache import user_scan_cache
from core.problems import Problem
from core.project import features_only
from core.project.folder import revision_from_folder
from core.project.store import CACHE_FOLDER, Project
from core.settings import locations
from core.training.commands import Commands
from core.training.events import Finished, decode
from core.training.extract import Extraction, extract
from core.training.job import DATA_FILE, JOB_FILE, FeaturesJob, TrainJob, load_job, save_job
from core.training.loop import train
from tests.core.features.test_file import PLANTED, in_any_spelling, planted
from tests.core.tiny_backbone import NAME, store_tiny_backbone

NAMES = ("うつわA", "うつわB", "うつわC", "うつわD")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Photos under telling names with EXIF and GPS, labelled, with small pictures and a run beside."""
    revision = planted(tmp_path / "photos")
    opened = Project.create(tmp_path / "project", "検査")
    opened.add_photos(scan(tmp_path / "photos" / PLANTED[0], cache=user_scan_cache()))
    for label, name in enumerate(NAMES):
        entry = opened.add_class(name, f"vessel number {label}")
        paths = [revision.photo_path(photo) for photo in revision.photos if photo.label == label]
        ids = [found.id for path in paths if (found := opened.photo_at(path)) is not None]
        assert len(ids) == len(paths)
        opened.label(ids, entry.id)
    for photo in opened.photos()[:5]:
        opened.thumbnails.get(photo.path)
    run = opened.new_run_folder()
    opened.snapshot().save(run / DATA_FILE)
    (opened.folder / CACHE_FOLDER / "trial-1").mkdir()
    (opened.folder / CACHE_FOLDER / "trial-1" / "worker.log").write_text(PLANTED[1])
    yield opened
    opened.close()


_MADE: dict[str, bytes] = {}


def _content(project: Project) -> bytes:
    backbone = load_backbone(store_tiny_backbone(), "cpu")
    wish = Extraction(views=3, smallest_crop=0.5, flip=True, seed=project.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.features"
        save_features(path, extract(project.snapshot(), backbone, wish, lambda _: None, Commands()))
        return path.read_bytes()


def extracted(project: Project) -> Path:
    """The features file of the project as it is, in its cache; equal projects are extracted once."""
    path = project.folder / CACHE_FOLDER / "f.features"
    content = "\n".join(f"{photo.sha256} {photo.label} {photo.part}" for photo in project.snapshot().photos)
    if content not in _MADE:
        _MADE[content] = _content(project)
    path.write_bytes(_MADE[content])
    return path


def files_in(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def check_nothing_is_left(project: Path, photos: Path) -> None:
    """No name, date, place or pixel in any file or name of the project or of the user's caches."""
    found = files_in(project, locations().cache)
    assert found
    pixels = []
    for photo in sorted((photos / PLANTED[0]).iterdir())[:6]:
        with Image.open(photo) as image:
            pixels.append(np.asarray(image)[0, :8].tobytes())
    for path in found:
        content = path.read_bytes()
        for text in (*PLANTED, str(photos), ".jpg", "Exif", "JFIF"):
            for spelling in in_any_spelling(text):
                assert spelling not in content, (text, path)
                assert spelling not in os.fsencode(
                    path.relative_to(project) if path.is_relative_to(project) else path.name
                )
        assert not any(row in content for row in pixels), path
        assert not content.startswith((b"\xff\xd8\xff", b"\x89PNG")), path


def test_before_it_is_asked_for_all_of_it_is_there(project: Project, tmp_path: Path) -> None:
    """The tests below would find what they look for."""
    extracted(project)
    with pytest.raises(AssertionError):
        check_nothing_is_left(project.folder, tmp_path / "photos")
    assert len(project.photos()) == 52


def test_an_attacker_with_project_and_caches_has_no_name_no_place_no_pixel(
    project: Project, tmp_path: Path
) -> None:
    before = {path: sha256_file(path) for path in files_in(tmp_path / "photos")}
    project.decisions.decide(1, "not-yet", who="田中", reason="写真を残さない")
    state = project.keep_features_only(extracted(project), project.snapshot().id)
    assert state.swept
    assert state.sha256 == sha256_file(project.features_file)
    check_nothing_is_left(project.folder, tmp_path / "photos")
    project.close()
    check_nothing_is_left(project.folder, tmp_path / "photos")
    after = {path: sha256_file(path) for path in files_in(tmp_path / "photos")}
    assert before == after, "the photos themselves are never touched"
    with Project.open(tmp_path / "project") as again:
        check_nothing_is_left(again.folder, tmp_path / "photos")
        assert [entry.who for entry in again.decisions.entries()] == ["田中"], "decisions stay"


def test_the_project_goes_on_with_what_the_file_says(project: Project) -> None:
    counts, before = project.counts(), project.snapshot()
    project.keep_features_only(extracted(project), before.id)
    assert project.photos("all") == []
    after = project.snapshot()
    assert after.classes == before.classes
    for part in ("train", "val", "test"):
        assert after.counts(part)[:2] == before.counts(part)[:2]
    for part in ("val", "test"):
        assert after.counts(part) == before.counts(part)
    # Of held-back classes nothing is learned, so their training photos are not in the file.
    kept = [c.labelled for c in project.counts().classes]
    assert kept[:2] == [c.labelled for c in counts.classes][:2]
    assert sum(kept) == len(after.photos)
    assert {photo.sha256 for photo in after.photos} == {""}
    for change in (
        lambda: project.add_class("新しい"),
        lambda: project.edit_class(project.classes()[0].id, name="別"),
        lambda: project.label([1], None),
        lambda: project.label_by_folders(),
        lambda: project.keep_features_only(project.features_file, after.id),
    ):
        with pytest.raises(Problem) as refused:
            change()
        assert refused.value.code == "project.keeps_no_photos"
    assert project.undo() is None, "nothing comes back"


@pytest.mark.slow
def test_it_learns_and_exports_without_a_name_in_run_or_package(project: Project, tmp_path: Path) -> None:
    project.keep_features_only(extracted(project), project.snapshot().id)
    if not any(entry.name == NAME for entry in ModelStore().entries()):
        store_tiny_backbone()  # the features were extracted in another test's home
    file, run = open_features(project.features_file), project.new_run_folder()
    preset = resolve_preset("coop-dept")
    project.snapshot().save(run / DATA_FILE)
    hyper = shown_as_in(file, preset) | {"training.epochs": 2}
    save_job(
        TrainJob(
            run=str(run), preset=preset.name, composition=preset.composition, hyper=hyper, device="cpu",
            backbone=file.about.backbone, shots=None, features=str(project.features_file),
            features_sha256=sha256_file(project.features_file),
        )
    )  # fmt: skip
    result = train(run, lambda _: None)
    assert result.metrics["tuned"].base is not None
    out = tmp_path / "out"
    out.mkdir()
    assert export_run(run, out / "product.hkd").verified
    check_nothing_is_left(project.folder, tmp_path / "photos")
    check_nothing_is_left(out, tmp_path / "photos")
    moved = tmp_path / "moved"
    project.close()
    (tmp_path / "project").rename(moved)
    assert export_run(moved / "runs" / run.name, out / "again.hkd").verified, "a moved project finds its file"


def test_labels_that_change_meanwhile_are_not_lost(project: Project) -> None:
    asked, path = project.snapshot().id, extracted(project)
    project.label([project.photos()[0].id], None)
    with pytest.raises(Problem) as refused:
        project.keep_features_only(path, asked)
    assert refused.value.code == "project.labels_changed_meanwhile"
    assert len(project.photos()) == 52
    assert project.features_only is None


def test_a_file_that_is_none_costs_no_photo(project: Project, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"no features")
    with pytest.raises(Problem) as refused:
        project.keep_features_only(tmp_path / "broken", project.snapshot().id)
    assert refused.value.code == "features.spoiled"
    assert len(project.photos()) == 52


# What is written when photos are forgotten: a table or setting each, the state, the trail emptied and continued.
FORGETTING = len(features_only._OF_PHOTOS) + len(features_only._SETTINGS) + 4

_DIES = """
import os, signal, sys
from pathlib import Path
from core.project import database, features_only, store

folder, file, target, calls = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
owner = {"compact": database.Database, "write": database.Database, "_delete": features_only,
         "sha256_file": store, "sweep": store, "forget": store}[target]
real = getattr(owner, target)

def dying(*words, **named):
    global calls
    calls -= 1
    if calls < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*words, **named)

project = store.Project.open(folder)
asked = project.snapshot().id
setattr(owner, target, dying)
project.keep_features_only(file, asked)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(
    ("target", "calls", "forgotten"),
    [
        ("sha256_file", 0, False),
        ("forget", 0, False),
        ("write", 0, False),
        ("write", 4, False),
        ("write", 8, False),
        ("write", FORGETTING - 1, False),
        ("sweep", 0, True),
        ("_delete", 0, True),
        ("_delete", 1, True),
        ("compact", 0, True),
        ("write", FORGETTING, True),
    ],
)
def test_killed_at_any_moment_it_has_all_or_has_forgotten_all(
    project: Project, tmp_path: Path, target: str, calls: int, forgotten: bool
) -> None:
    file = extracted(project)
    project.close()
    ended = subprocess.run(
        [sys.executable, "-c", _DIES, str(project.folder), str(file), target, str(calls)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    with Project.open(project.folder) as again:
        if forgotten:
            assert again.features_only is not None
            assert again.features_only.swept
            assert open_features(again.features_file).revision.id == again.snapshot().id
            check_nothing_is_left(again.folder, tmp_path / "photos")
        else:
            assert again.features_only is None
            assert len(again.photos()) == 52
            assert sum(count.labelled for count in again.counts().classes) == 52
            assert again.undo() is not None, "the history is whole"


def test_what_cannot_be_deleted_now_is_deleted_at_the_next_opening(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(path: Path) -> None:
        raise PermissionError(13, "in use")

    file = extracted(project)
    with monkeypatch.context() as busy:
        busy.setattr(features_only.shutil, "rmtree", held)
        state = project.keep_features_only(file, project.snapshot().id)
        assert not state.swept
        assert project.photos() == [], "what could be forgotten is forgotten"
    project.close()
    with Project.open(project.folder) as again:
        assert again.features_only is not None
        assert again.features_only.swept
        check_nothing_is_left(again.folder, tmp_path / "photos")


def test_the_scan_cache_forgets_this_folder_and_no_other(project: Project, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for name in ("a", "b"):
        (other / name).mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(other / name / "kept.png")
    revision_from_folder(other)
    project.keep_features_only(extracted(project), project.snapshot().id)
    assert user_scan_cache().load(tmp_path / "photos") == {}
    assert len(user_scan_cache().load(other)) == 2


@pytest.mark.slow
def test_the_worker_extracts_as_its_job_says(project: Project) -> None:
    folder = project.folder / CACHE_FOLDER / "features-1"
    folder.mkdir()
    project.snapshot().save(folder / DATA_FILE)
    job = FeaturesJob(
        run=str(folder), out=str(folder / "f.features"), backbone=store_tiny_backbone(), views=2, device="cpu"
    )
    save_job(job)
    assert load_job(folder / JOB_FILE) == job
    ended = subprocess.run(
        [sys.executable, "-m", "core.cli", "worker", str(folder / JOB_FILE)],
        capture_output=True, check=False, input="detach\n", encoding="utf-8",
    )  # fmt: skip
    events = [event for line in ended.stdout.splitlines() if (event := decode(line)) is not None]
    assert isinstance(events[-1], Finished), ended.stdout + ended.stderr
    file = open_features(folder / "f.features")
    assert events[-1].result == {"photos": len(file.plain), "sha256": sha256_file(folder / "f.features")}
    assert len(file.views) == project.snapshot().counts("train")[0] * 2, "two classes are learned"
    assert file.about.views == 2
    assert [entry.name for entry in file.about.classes] == list(NAMES)
    assert not list(folder.glob("hikidashi-features-*")), "what was computed on the way is gone"
