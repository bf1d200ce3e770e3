"""Projects of Teachable Machine and Lobe become folders of photos and labels, whatever was put into them."""

import io
import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from core.cli import OK, main
from core.exchange.other_projects import copy_out, is_other_project
from core.exchange.take_project import take_project
from core.problems import Problem
from core.project.store import Project


def picture(shade: int, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (224, 224), (shade, 10, 10)).save(out, form)
    return out.getvalue()


def machine(path: Path, files: dict[str, bytes], kind: str = "image") -> Path:
    """A project as Teachable Machine saves it."""
    manifest = {"type": kind, "version": "2.4.4", "appdata": {"trainEpochs": 50, "trainBatchSize": 16}}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def lobe(folder: Path, labels: dict[str, tuple[bytes, str | None]]) -> Path:
    """A project as Lobe keeps it: pictures under a hash, labels in data_items."""
    (folder / "data" / "blobs").mkdir(parents=True)
    (folder / "project.json").write_text(json.dumps({"id": "1-2", "meta": {"name": "bolts"}}))
    with sqlite3.connect(folder / "db.sqlite") as database:
        database.execute("CREATE TABLE data_items (example_id TEXT, type TEXT, hash TEXT, item TEXT)")
        for number, (blob, (content, label)) in enumerate(labels.items()):
            (folder / "data" / "blobs" / Path(blob).name).write_bytes(content)
            database.execute("INSERT INTO data_items VALUES (?, 'image', ?, NULL)", (str(number), blob))
            if label is not None:
                database.execute("INSERT INTO data_items VALUES (?, 'text', NULL, ?)", (str(number), label))
    database.close()
    return folder


def labels_of(project: Project) -> dict[str, int]:
    names = {entry.id: entry.name for entry in project.classes()}
    found: dict[str, int] = {}
    for photo in project.photos("all"):
        name = names.get(photo.class_id or 0, "")
        found[name] = found.get(name, 0) + 1
    return found


class TestTeachableMachine:
    FILES = {
        "良品-!-0.jpg": picture(1),
        "良品-!-1.jpg": picture(2),
        "Class/2-!-0.png": picture(3, "PNG"),
        "notes.txt": b"no sample",
    }

    def test_classes_and_their_photos(self, tmp_path: Path) -> None:
        project = Project.create(tmp_path / "project", "x")
        taken = take_project(project, machine(tmp_path / "bolts.tm", self.FILES))
        assert (taken.photos, taken.labelled, taken.left_out) == (3, 3, 0)
        assert labels_of(project) == {"良品": 2, "Class/2": 1}
        project.undo()
        assert labels_of(project) == {"": 3}

    def test_samples_of_one_class(self, tmp_path: Path) -> None:
        source = tmp_path / "キズ あり-samples.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for number in range(3):
                archive.writestr(f"{number}.jpg", picture(number))
        project = Project.create(tmp_path / "project", "x")
        take_project(project, source)
        assert labels_of(project) == {"キズ あり": 3}

    def test_taken_in_twice_lies_in_two_folders(self, tmp_path: Path) -> None:
        source, project = machine(tmp_path / "a.tm", self.FILES), Project.create(tmp_path / "project", "x")
        first, second = take_project(project, source), take_project(project, source)
        assert first.folder != second.folder and len(project.photos()) == 6

    def test_by_the_command(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Project.create(tmp_path / "project", "x").close()
        source = machine(tmp_path / "bolts.tm", self.FILES)
        assert main(["labels", "import", str(tmp_path / "project"), str(source), "--json"]) == OK
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert answer == {"photos": 3, "labelled": 3, "left_out": 0}

    def test_nothing_is_written_elsewhere_and_no_other_thing_than_pictures(self, tmp_path: Path) -> None:
        hostile = {
            "../../evil-!-0.jpg": picture(1),
            "/etc/evil-!-0.jpg": picture(2),
            "C:\\evil-!-0.jpg": picture(3),
            "CON-!-0.jpg": picture(4),
            "ok-!-0.jpg": b"MZ\x90\x00 not a picture",
            "ok-!-1.jpg": b"",
        }
        copied = copy_out(machine(tmp_path / "x.tm", hostile), tmp_path / "deep" / "out")
        assert copied.left_out == 2
        written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "x.tm"]
        assert all(path.is_relative_to(tmp_path / "deep" / "out") for path in written)
        assert {path.suffix for path in written} == {".jpg", ".toml"} and len(written) == 5

    def test_other_kinds_are_told_apart(self, tmp_path: Path) -> None:
        with pytest.raises(Problem) as caught:
            copy_out(machine(tmp_path / "a.tm", {}, kind="audio"), tmp_path / "out")
        assert caught.value.code == "exchange.not_an_image_project"

    @pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 50])
    def test_what_is_no_project(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.tm").write_bytes(content)
        with pytest.raises(Problem) as caught:
            copy_out(tmp_path / "a.tm", tmp_path / "out")
        assert caught.value.code == "exchange.other_project_spoiled"

    @pytest.mark.parametrize("manifest", [b"", b"[" * 100_000, b"[]", b"\xff"])
    def test_a_manifest_that_says_nothing(self, tmp_path: Path, manifest: bytes) -> None:
        with zipfile.ZipFile(tmp_path / "a.tm", "w") as archive:
            archive.writestr("manifest.json", manifest)
        with pytest.raises(Problem):
            copy_out(tmp_path / "a.tm", tmp_path / "out")

    def test_a_zip_that_would_fill_the_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.exchange.other_projects.MOST_UNPACKED", 1000)
        with pytest.raises(Problem) as caught:
            copy_out(
                machine(tmp_path / "a.tm", {"a-!-0.jpg": b"\xff\xd8\xff" + bytes(2000)}), tmp_path / "out"
            )
        assert caught.value.code == "exchange.other_project_spoiled" and not (tmp_path / "out").exists()

    def test_a_sample_that_is_damaged_is_left_out(self, tmp_path: Path) -> None:
        source = machine(tmp_path / "a.tm", {"a-!-0.jpg": picture(1), "a-!-1.jpg": picture(2)})
        content = bytearray(source.read_bytes())
        place = content.index(picture(2)) + 300
        content[place] ^= 0xFF
        source.write_bytes(content)
        copied = copy_out(source, tmp_path / "out")
        assert (copied.photos, copied.left_out) == ({"a": 1}, 1)
        assert len([*(tmp_path / "out").rglob("*.jpg")]) == 1

    def test_stopped_on_the_way(self, tmp_path: Path) -> None:
        copied = copy_out(machine(tmp_path / "a.tm", self.FILES), tmp_path / "out", cancelled=lambda: True)
        assert not copied.complete


class TestLobe:
    def test_labels_and_photos_without_one(self, tmp_path: Path) -> None:
        source = lobe(
            tmp_path / "lobe",
            {"ab12": (picture(1), "良品"), "cd34": (picture(2, "PNG"), "キズ"), "ef56": (picture(3), None)},
        )
        assert is_other_project(source)
        project = Project.create(tmp_path / "project", "x")
        taken = take_project(project, source)
        assert (taken.photos, taken.labelled) == (3, 2)
        assert labels_of(project) == {"良品": 1, "キズ": 1, "": 1}

    @pytest.mark.skipif(os.name == "nt", reason="links need rights there")
    def test_only_files_of_its_own_folder(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.jpg"
        secret.write_bytes(picture(9))
        source = lobe(
            tmp_path / "lobe", {"ab12": (picture(1), "ok"), "../../../secret.jpg": (picture(2), "ok")}
        )
        (source / "data" / "blobs" / "link").symlink_to(secret)
        with sqlite3.connect(source / "db.sqlite") as database:
            database.execute("INSERT INTO data_items VALUES ('9', 'image', 'link', NULL)")
            database.execute("INSERT INTO data_items VALUES ('10', 'image', x'00', NULL)")
        database.close()
        copied = copy_out(source, tmp_path / "out")
        assert copied.photos == {"ok": 1}

    def test_its_database_is_not_changed_and_must_be_one(self, tmp_path: Path) -> None:
        source = lobe(tmp_path / "lobe", {"ab12": (picture(1), "ok")})
        before = (source / "db.sqlite").read_bytes()
        copy_out(source, tmp_path / "out")
        assert (source / "db.sqlite").read_bytes() == before
        (source / "db.sqlite").write_bytes(b"no database at all" * 100)
        with pytest.raises(Problem) as caught:
            copy_out(source, tmp_path / "other")
        assert caught.value.code == "exchange.other_project_spoiled"

    def test_a_database_made_to_keep_the_program_busy_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.exchange.other_projects._MOST_STEPS", 100_000)
        source = lobe(tmp_path / "lobe", {"ab12": (picture(1), "ok")})
        with sqlite3.connect(source / "db.sqlite") as database:
            database.execute("DROP TABLE data_items")
            database.execute(
                """CREATE VIEW data_items AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                SELECT i AS example_id, 'image' AS type, i AS hash, '' AS item FROM n"""
            )
        database.close()
        with pytest.raises(Problem) as caught:
            copy_out(source, tmp_path / "out")
        assert caught.value.code == "exchange.other_project_spoiled"
