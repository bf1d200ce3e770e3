"""A project remembers everything it is told, at once, wherever it is moved."""

import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.photos.embeddings import keep_embeddings
from core.photos.scan import ScanResult, scan
from core.problems import Problem
from core.project.database import MIGRATIONS, ProjectClosed
from core.project.store import PROJECT_FILE, Project
from tests.core.project.photo_tree import project_with, write_photo, write_tree


def code_of(failure: "pytest.ExceptionInfo[Problem]") -> str:
    return failure.value.code


class TestOpening:
    def test_made_and_opened_again(self, tmp_path: Path) -> None:
        with Project.create(tmp_path / "新しい project", " 検査ライン3 ", user="田中", seed=7) as project:
            assert (project.name, project.user, project.seed) == ("検査ライン3", "田中", 7)
        for place in (tmp_path / "新しい project", tmp_path / "新しい project" / PROJECT_FILE):
            with Project.open(place) as project:
                assert (project.name, project.seed) == ("検査ライン3", 7)

    def test_once_closed_it_says_so(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path, "a")
        project.close()
        for ask in (project.photos, project.snapshot, lambda: project.remember("page", "labels")):
            with pytest.raises(ProjectClosed):
                ask()

    def test_never_over_another_project(self, tmp_path: Path) -> None:
        Project.create(tmp_path, "a").close()
        with pytest.raises(Problem) as caught:
            Project.create(tmp_path, "b")
        assert code_of(caught) == "project.exists"

    @pytest.mark.parametrize("content", [None, b"", b"text", b"x" * 5000])
    def test_not_a_project(self, tmp_path: Path, content: bytes | None) -> None:
        if content is not None:
            (tmp_path / PROJECT_FILE).write_bytes(content)
        with pytest.raises(Problem) as caught:
            Project.open(tmp_path)
        assert code_of(caught) in ("project.not_a_project", "project.corrupt")
        assert content is None or (tmp_path / PROJECT_FILE).read_bytes() == content

    def test_another_programs_database(self, tmp_path: Path) -> None:
        connection = sqlite3.connect(tmp_path / PROJECT_FILE)
        connection.execute("CREATE TABLE t (x)")
        connection.close()
        with pytest.raises(Problem) as caught:
            Project.open(tmp_path)
        assert code_of(caught) == "project.not_a_project"

    def test_made_by_a_newer_program(self, tmp_path: Path) -> None:
        Project.create(tmp_path, "a").close()
        connection = sqlite3.connect(tmp_path / PROJECT_FILE)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        connection.close()
        with pytest.raises(Problem) as caught:
            Project.open(tmp_path)
        assert code_of(caught) == "project.newer"

    def test_spoiled(self, tmp_path: Path) -> None:
        project_with(tmp_path, {"a": 300}).close()
        file = tmp_path / "project" / PROJECT_FILE
        content = bytearray(file.read_bytes())
        content[4096:20000] = bytes(20000 - 4096)
        file.write_bytes(content)
        with pytest.raises(Problem) as caught:
            Project.open(tmp_path / "project")
        assert code_of(caught) == "project.corrupt"

    def test_read_only(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Project.create(tmp_path, "a").close()
        monkeypatch.setattr(
            "os.access", lambda *_: False
        )  # permissions do not bind the root user of a test machine
        with pytest.raises(Problem) as caught:
            Project.open(tmp_path)
        assert code_of(caught) == "project.not_writable"

    def test_in_the_way_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(Problem) as caught:
            Project.create(tmp_path / "file/project", "a")
        assert code_of(caught) == "project.not_writable"

    def test_locked_by_another(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.project.database.BUSY_TIMEOUT_S", 0.05)
        with Project.create(tmp_path, "a") as project:
            other = sqlite3.connect(tmp_path / PROJECT_FILE, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Problem) as caught:
                project.add_class("ok")
            assert code_of(caught) == "project.locked"
            other.close()
            project.add_class("ok")

    def test_settings_are_remembered(self, tmp_path: Path) -> None:
        with Project.create(tmp_path, "a") as project:
            project.remember("preset", "coop-dept")
            project.remember("page", {"key": "labels", "row": 3})
        with Project.open(tmp_path) as project:
            assert project.setting("preset") == "coop-dept"
            assert project.setting("page") == {"key": "labels", "row": 3}
            assert project.setting("unknown", 5) == 5


class TestPhotos:
    def test_a_second_scan_adds_only_what_is_new(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"ok": 3})
        write_tree(tmp_path / "photos", {"ng": 2}, first_shade=50)
        assert project.add_photos(scan(tmp_path / "photos")) == 2
        assert [photo.folder_label for photo in project.photos()] == ["ng"] * 2 + ["ok"] * 3

    @pytest.mark.parametrize(("first", "second"), [("photos", "photos/ok"), ("photos/ok", "photos")])
    def test_no_photo_is_there_twice_through_another_folder(
        self, tmp_path: Path, first: str, second: str
    ) -> None:
        write_tree(tmp_path / "photos", {"ok": 2, "ng": 1})
        project = Project.create(tmp_path / "project", "a")
        for folder in (first, second):
            project.add_photos(scan(tmp_path / folder))
        paths = [photo.path for photo in project.photos()]
        assert len(paths) == len(set(paths)) == 3
        assert [photo.folder_label for photo in project.photos()] == ["ng", "ok", "ok"]

    def test_a_photo_that_is_gone_is_listed_and_not_trained_on(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 5, "b": 5})
        project.label_by_folders()
        gone = project.photos()[0].path
        gone.rename(tmp_path / "elsewhere.png")
        project.add_photos(scan(tmp_path / "photos"))
        ((path, problem),) = project.unreadable()
        assert (path, problem.code) == (gone, "photos.missing")
        assert sum(c.source == "own" for c in project.snapshot().classes) == 2
        assert "../photos/a/000.png" not in {photo.path for photo in project.snapshot().photos}
        (tmp_path / "elsewhere.png").rename(gone)
        project.add_photos(scan(tmp_path / "photos"))
        assert project.unreadable() == [] and project.photos()[0].class_id is not None

    def test_bad_files_are_remembered_until_they_are_mended(self, tmp_path: Path) -> None:
        bad = tmp_path / "photos/bad.jpg"
        write_tree(tmp_path / "photos", {"ok": 1})
        bad.write_text("x")
        with Project.create(tmp_path / "project", "a") as project:
            project.add_photos(scan(tmp_path / "photos"))
        with Project.open(tmp_path / "project") as project:
            ((path, problem),) = project.unreadable()
            assert path == bad and problem.code == "photos.not_a_picture"
            assert project.counts().unreadable == 1
            write_photo(bad.with_suffix(".png"), 9).replace(bad)
            project.add_photos(scan(tmp_path / "photos"))
            assert project.unreadable() == [] and len(project.photos()) == 2

    def test_found_by_path(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"ok": 2})
        for photo in project.photos():
            assert project.photo_at(tmp_path / "x" / ".." / photo.path.relative_to(tmp_path)) == photo
            assert project.photo(photo.id) == photo
        assert project.photo_at(tmp_path / "other.jpg") is None

    @pytest.mark.parametrize("place", ["project", "project/photos", "photos"])
    def test_moved_together_with_its_photos(self, tmp_path: Path, place: str) -> None:
        photos = write_tree(tmp_path / "old" / place, {"ok": 3, "ng": 3})
        with Project.create(tmp_path / "old/project", "a") as project:
            project.add_photos(scan(photos))
            project.label_by_folders()
            before = project.snapshot()
        shutil.move(tmp_path / "old", tmp_path / "new")
        with Project.open(tmp_path / "new/project") as project:
            assert len(project.photos()) == 6 and project.missing_folders() == []
            assert all(photo.path.is_file() for photo in project.photos())
            assert project.snapshot().id == before.id

    def test_moved_alone(self, tmp_path: Path) -> None:
        project_with(tmp_path, {"ok": 3}).close()
        shutil.move(tmp_path / "project", tmp_path / "somewhere/else")
        with Project.open(tmp_path / "somewhere/else") as project:
            assert all(photo.path.is_file() for photo in project.photos())
            project.add_class("ok")
            project.label([1, 2, 3], 1)
            revision = project.snapshot()
            assert all(revision.photo_path(photo).is_file() for photo in revision.photos)

    def test_moved_alone_beside_other_photos(self, tmp_path: Path) -> None:
        project_with(tmp_path / "line a", {"ok": 3}).close()
        write_tree(tmp_path / "line b/photos", {"other": 2}, first_shade=90)
        shutil.copytree(tmp_path / "line a/project", tmp_path / "line b/project")
        with Project.open(tmp_path / "line b/project") as project:
            assert {photo.path.parent for photo in project.photos()} == {tmp_path / "line a/photos/ok"}

    def test_photos_moved_away_are_asked_for_and_found(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"ok": 3})
        project.label_by_folders()
        shutil.move(tmp_path / "photos", tmp_path / "drive/elsewhere")
        (source,) = project.missing_folders()
        assert source.folder == tmp_path / "photos"
        project.relocate(source, tmp_path / "drive/elsewhere")
        assert all(photo.path.is_file() for photo in project.photos("labelled"))


class TestClasses:
    def test_order_keys_and_roles(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path, "a")
        for number in range(11):
            project.add_class(f"種類{number}")
        classes = project.classes()
        assert [entry.key for entry in classes] == [*"123456789", "", ""]
        assert [entry.role for entry in classes] == ["base"] * 6 + ["new"] * 5
        project.move_class(classes[10].id, 0)
        assert project.classes()[0].name == "種類10" and project.classes()[0].role == "base"
        project.set_role(classes[10].id, "new")
        assert (project.classes()[0].role, project.classes()[0].chosen_role) == ("new", "new")

    def test_a_key_is_exchanged(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path, "a")
        a, b = project.add_class("a"), project.add_class("b")
        project.edit_class(b.id, key="1")
        assert {entry.name: entry.key for entry in project.classes()} == {"a": "2", "b": "1"}
        project.undo()
        assert project.product_class(a.id).key == "1"

    def test_described_by_the_glossary_unless_told_otherwise(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path, "a")
        assert project.add_class("良品").description == "good part"
        assert project.add_class("キズ", "deep scratch").description == "deep scratch"
        assert project.add_class("謎の品").description == ""

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"name": "b"}, "project.class_exists"),
            ({"name": "  "}, "project.class_without_name"),
            ({"key": "0"}, "project.bad_key"),
            ({"key": "12"}, "project.bad_key"),
        ],
    )
    def test_what_cannot_be(self, tmp_path: Path, change: dict[str, str], code: str) -> None:
        project = Project.create(tmp_path, "a")
        first = project.add_class("a")
        project.add_class("b")
        with pytest.raises(Problem) as caught:
            project.edit_class(first.id, **change)
        assert code_of(caught) == code
        assert [entry.name for entry in project.classes()] == ["a", "b"]


class TestLabels:
    def test_who_and_when(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"x": 2}, user="佐藤")
        project.label([1], project.add_class("ok").id)
        first, second = project.photos()
        assert first.labelled_by == "佐藤" and first.labelled_at.endswith("+00:00")
        assert (second.class_id, second.labelled_by) == (None, "")

    def test_a_bulk_label_is_one_step(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"x": 50})
        ok = project.add_class("ok")
        project.label(range(1, 51), ok.id)
        step = project.next_undo()
        assert step is not None and (step.kind, step.changes, step.user) == ("label", 50, "田中")
        project.undo()
        assert project.counts().labelled == 0
        project.redo()
        assert project.counts().labelled == 50

    def test_the_same_label_again_is_no_step(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"x": 2})
        ok = project.add_class("ok")
        project.label([1, 2], ok.id)
        before = project.next_undo()
        project.label([1], ok.id)
        assert project.next_undo() == before

    def test_removing_a_class_and_taking_that_back_brings_its_labels_back(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"ok": 3, "ng": 2})
        project.label_by_folders()
        before = project.photos(), project.classes()
        project.remove_class(project.classes()[0].id)
        assert project.counts().labelled == 3
        project.undo()
        assert (project.photos(), project.classes()) == before

    def test_by_folders_with_names_of_a_class_file(self, tmp_path: Path) -> None:
        write_tree(tmp_path / "photos", {"bolt_ok": 2, "bolt_ng": 1, "other_thing": 1})
        (tmp_path / "photos/classes.toml").write_text(
            '[[class]]\nfolder = "bolt_ok"\nname_ja = "ボルト 良品"\nname_en = "Bolt OK"\ndescription = "good bolt"\n',
            encoding="utf-8",
        )
        project = Project.create(tmp_path / "project", "a")
        project.add_photos(scan(tmp_path / "photos"))
        assert project.label_by_folders() == 4
        found = [(entry.name, entry.description) for entry in project.classes()]
        assert found == [("ボルト 良品", "good bolt"), ("bolt ng", "bolt ng"), ("other thing", "other thing")]
        assert project.label_by_folders() == 0
        project.undo()
        assert project.classes() == [] and project.counts().labelled == 0

    def test_counts_say_how_many_more_are_wanted(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 7, "b": 12, "c": 3, "d": 1, "rest": 4})
        for name in "abcd":
            entry = project.add_class(name)
            project.label([p.id for p in project.photos() if p.folder_label == name], entry.id)
        project.exclude([project.photos(class_id=1)[0].id, project.photos("unlabelled")[0].id])
        counts = project.counts()
        assert [(c.labelled, c.wanted) for c in counts.classes] == [(6, 4), (12, 0), (3, 2), (1, 4)]
        assert (counts.labelled, counts.unlabelled, counts.excluded) == (22, 3, 2)

    def test_photos_by_state(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"x": 4})
        ok = project.add_class("ok")
        project.label([1, 2], ok.id)
        project.exclude([2, 3])
        ids = {
            state: [p.id for p in project.photos(state)]
            for state in ("usable", "labelled", "excluded", "all")
        }
        assert ids == {"usable": [1, 4], "labelled": [1], "excluded": [2, 3], "all": [1, 2, 3, 4]}
        assert [p.id for p in project.photos("unlabelled")] == [4]
        assert [p.id for p in project.photos(class_id=ok.id)] == [1]

    def test_many_threads_at_once(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"x": 40})
        ids = [project.add_class(name).id for name in "ab"]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda n: project.label([n], ids[n % 2]), range(1, 41)))
        assert Counter(photo.class_id for photo in project.photos()) == {ids[0]: 20, ids[1]: 20}
        for _ in range(40):
            project.undo()
        assert project.counts().labelled == 0

    @pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
    def test_every_label_survives_a_kill(self, tmp_path: Path) -> None:
        project_with(tmp_path, {"x": 30}).close()
        script = (
            "import os, signal, sys\n"
            "from pathlib import Path\n"
            "from core.project.store import Project\n"
            "project = Project.open(Path(sys.argv[1]), user='kill')\n"
            "ok = project.add_class('ok').id\n"
            "for photo in range(1, 21):\n"
            "    project.label([photo], ok)\n"
            "project.undo()\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        killed = subprocess.run([sys.executable, "-c", script, tmp_path / "project"], timeout=60, check=False)
        assert killed.returncode == -9
        with Project.open(tmp_path / "project") as project:
            assert {p.id for p in project.photos("labelled")} == set(range(1, 20))
            project.redo()
            assert project.counts().labelled == 20


class TestRuns:
    def test_each_run_has_a_folder_of_its_own_in_order_of_time(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path, "a")
        folders = [project.new_run_folder() for _ in range(3)]
        assert folders == sorted(set(folders))
        assert all(folder.is_dir() and folder.parent == project.runs_folder for folder in folders)


class TestSnapshot:
    def test_holds_what_is_labelled_and_nothing_else(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 10, "b": 10, "c": 10, "d": 10, "rest": 5})
        for name in "dcba":
            entry = project.add_class(name)
            project.label([p.id for p in project.photos() if p.folder_label == name], entry.id)
        project.exclude([project.photos(class_id=1)[0].id])
        revision = project.snapshot()
        assert [(c.name, c.role) for c in revision.classes] == [
            ("d", "base"), ("c", "base"), ("b", "new"), ("a", "new"),
        ]  # fmt: skip
        assert len(revision.photos) == 39
        for photo in revision.photos:
            assert photo.path.startswith("../photos/")
            assert Path(photo.path).parent.name == revision.classes[photo.label].name
            assert revision.photo_path(photo).is_file()
        assert [revision.counts(part)[0] for part in ("train", "val", "test")] == [4, 2, 3]
        assert revision.counts("train")[1:] == [5, 5, 5]

    def test_is_the_same_until_something_changes(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 10, "b": 10})
        project.label_by_folders()
        first = project.snapshot()
        assert project.snapshot().id == first.id
        project.label([1], 2)
        assert project.snapshot().id != first.id

    def test_the_split_stays_when_photos_are_added(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 10, "b": 10})
        project.label_by_folders()
        before = {photo.path: photo.part for photo in project.snapshot().photos}
        write_tree(tmp_path / "photos", {"a/new": 20}, first_shade=100)
        project.add_photos(scan(tmp_path / "photos"))
        project.label_by_folders()
        after = {photo.path: photo.part for photo in project.snapshot().photos}
        own = {path: part for path, part in after.items() if path.startswith("../photos")}
        assert len(own) == 40
        assert {path: part for path, part in after.items() if path in before} == before

    def test_a_split_of_the_folders_is_kept(self, tmp_path: Path) -> None:
        tree = {"train/a": 14, "train/b": 14, "test/a": 6, "test/b": 6}
        project = project_with(tmp_path, tree)
        project.label_by_folders()
        revision = project.snapshot()
        assert revision.counts("train")[:2] == [10, 10] and revision.counts("val")[:2] == [4, 4]
        assert all(photo.part == "test" for photo in revision.photos if "/test/" in photo.path)

    def test_photos_of_one_part_stay_on_one_side_once_that_is_said(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"ok/1": 6, "ok/2": 6, "ok/3": 6, "ng/1": 6, "ng/2": 6})
        project.label_by_folders()
        before = project.snapshot()
        assert {photo.group for photo in before.photos} == {""}
        project.set_same_part("folder")
        after = project.snapshot()
        sides = {
            (photo.path.rpartition("/")[0], photo.part) for photo in after.photos if "/photos/" in photo.path
        }
        assert len(sides) == 5
        assert project.snapshot() == after

    def test_copies_saved_anew_are_one_group(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path / "project", "a")
        rng = np.random.default_rng(0)
        for number in range(8):
            cells = rng.integers(40, 150, (6, 6, 3)).astype(np.uint8)
            photo = Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC)
            (tmp_path / f"photos/{number % 2}").mkdir(parents=True, exist_ok=True)
            photo.save(tmp_path / f"photos/{number % 2}/{number}.png")
            photo.save(tmp_path / f"photos/{number % 2}/{number} small.jpg", quality=60)
        project.add_photos(scan(tmp_path / "photos"))
        project.label_by_folders()
        photos = project.photos()
        assert Counter(photo.alike_by for photo in photos) == {None: 8, "near": 8}
        assert len({photo.kin for photo in photos}) == 8
        parts = {(photo.group, photo.part) for photo in project.snapshot().photos if photo.group}
        assert len(parts) == 8

    def test_photos_that_a_backbone_takes_for_the_same_stay_on_one_side(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path / "project", "a")
        rng = np.random.default_rng(0)
        for number in range(8):
            cells = rng.integers(40, 150, (6, 6, 3)).astype(np.uint8)
            photo = Image.fromarray(cells).resize((256, 256), Image.Resampling.BICUBIC)
            (tmp_path / f"photos/{number % 2}").mkdir(parents=True, exist_ok=True)
            photo.save(tmp_path / f"photos/{number % 2}/{number}.png")
            photo.crop((6, 6, 250, 250)).save(tmp_path / f"photos/{number % 2}/{number} cut.png")
        project.add_photos(scan(tmp_path / "photos"))
        project.label_by_folders()
        before = project.snapshot()
        assert {photo.group for photo in before.photos} == {""}
        photos = project.photos()
        of_thing = rng.normal(size=(8, 16)).astype(np.float32)
        features = np.stack([of_thing[int(photo.path.name[0])] for photo in photos])
        keep_embeddings(project.folder / "cache", "backbone", [photo.sha256 for photo in photos], features)
        after = project.snapshot()
        groups = {(photo.group, photo.part) for photo in after.photos if photo.group}
        assert len(groups) == 8 and len({group for group, _ in groups}) == 8
        assert len({photo.kin for photo in project.photos()}) == 16

    def test_few_classes_get_probe_classes_to_hold_back(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 5, "b": 5})
        project.label_by_folders()
        revision = project.snapshot()
        assert [revision.classes[i].source for i in revision.base] == ["own", "own"]
        assert len(revision.new) >= 2
        for index in revision.new:
            assert revision.classes[index].source == "probe"
            mine = [photo for photo in revision.photos if photo.label == index]
            assert mine and all(p.part == "test" and revision.photo_path(p).is_file() for p in mine)

    def test_nothing_labelled(self, tmp_path: Path) -> None:
        project = project_with(tmp_path, {"a": 2})
        project.add_class("a")
        with pytest.raises(Problem) as caught:
            project.snapshot()
        assert code_of(caught) == "project.nothing_labelled"


def test_an_empty_scan_adds_nothing(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project", "a")
    assert project.add_photos(ScanResult(tmp_path, (), ())) == 0
    assert project.photos() == []


def test_a_project_of_before_there_were_groups_opens_and_learns_them(tmp_path: Path) -> None:
    project = project_with(tmp_path, {"a": 3})
    write_photo(tmp_path / "photos/a/again.png", 0)
    project.add_photos(scan(tmp_path / "photos"))
    project.close()
    with sqlite3.connect(tmp_path / "project/project.hikidashi") as old:
        for column in ("look", "taken", "alike_to", "alike_by", "resembles", "remarks"):
            old.execute(f"ALTER TABLE photos DROP COLUMN {column}")
        old.execute("ALTER TABLE classes DROP COLUMN code")
        for table in (
            "decisions",
            "captions",
            "questions",
            "marks",
            "opinions",
            "settlements",
            "audit_details",
            "audit",
        ):
            old.execute(f"DROP TABLE {table}")
        old.execute("DELETE FROM migrations WHERE version >= 2")
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Project.open(tmp_path / "project") as opened:
        assert len({photo.kin for photo in opened.photos()}) == 4
        opened.add_photos(scan(tmp_path / "photos"))
        assert len({photo.kin for photo in opened.photos()}) == 3
