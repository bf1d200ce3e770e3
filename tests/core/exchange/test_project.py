"""Labels go into a project and out of it again, and nothing is lost on the way."""

import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from core.exchange.into_project import import_labels
from core.exchange.labels import ForeignLabels, gather
from core.exchange.read import read_labels
from core.exchange.write import export_labels
from core.photos.scan import scan
from core.problems import Problem
from core.project.store import Project
from tests.core.project.photo_tree import project_with


def labels_of(project: Project) -> dict[str, str]:
    names = {entry.id: entry.name for entry in project.classes()}
    return {
        f"{photo.path.parent.name}/{photo.path.name}": names[photo.class_id]
        for photo in project.photos("labelled")
        if photo.class_id
    }


class TestImport:
    def test_by_path_by_name_and_not_at_all(self, tmp_path: Path) -> None:
        with project_with(tmp_path, {"a": 2, "b": 1}) as project:
            foreign = gather(
                [("x/A/000.PNG", "キズ"), ("001.png", "良品"), ("000.png", "良品"), ("9.png", "良品")]
            )
            done = import_labels(project, foreign)
            assert labels_of(project) == {"a/000.png": "キズ", "a/001.png": "良品"}
            assert (done.labelled, done.missing, done.ambiguous) == (2, ("9.png",), ("000.png",))

    def test_is_one_step_that_undo_takes_back(self, tmp_path: Path) -> None:
        with project_with(tmp_path, {"a": 3}) as project:
            project.add_class("良品")
            foreign = ForeignLabels(
                {"000.png": "良品", "001.png": "別の傷"}, ("別の傷", "良品"), {"別の傷": "a cut"}
            )
            import_labels(project, foreign)
            assert [(entry.name, entry.description) for entry in project.classes()] == [
                ("良品", "good part"), ("別の傷", "a cut"),
            ]  # fmt: skip
            project.undo()
            assert labels_of(project) == {}
            assert [entry.name for entry in project.classes()] == ["良品"]

    def test_what_is_so_already_is_counted_apart(self, tmp_path: Path) -> None:
        with project_with(tmp_path, {"a": 2}) as project:
            foreign = gather([("000.png", "x"), ("001.png", "x")])
            import_labels(project, foreign)
            again = import_labels(project, gather([("000.png", "x"), ("001.png", "y")]))
            assert (again.labelled, again.same) == (1, 1)


class TestExport:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Project:
        project = project_with(tmp_path, {"a": 2, "b": 2})
        import_labels(
            project, gather([("a/000.png", "=キズ/A"), ("b/000.png", "良品"), ("a/001.png", "良品")])
        )
        return project

    def test_csv_comes_back(self, project: Project, tmp_path: Path) -> None:
        done = export_labels(project, "csv", tmp_path / "labels.csv")
        assert done.photos == 4
        foreign = read_labels(tmp_path / "labels.csv")
        before = labels_of(project)
        project.label([photo.id for photo in project.photos()], None)
        assert import_labels(project, foreign).labelled == 3
        assert labels_of(project) == before

    def test_coco_comes_back(self, project: Project, tmp_path: Path) -> None:
        assert export_labels(project, "coco", tmp_path / "labels.json").photos == 3
        coco = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
        assert coco["images"][0]["width"] == coco["annotations"][0]["bbox"][2] == 4
        foreign = read_labels(tmp_path / "labels.json")
        before = labels_of(project)
        project.label([photo.id for photo in project.photos()], None)
        import_labels(project, foreign)
        assert labels_of(project) == before

    def test_folders_make_the_same_project_again(self, project: Project, tmp_path: Path) -> None:
        done = export_labels(project, "folders", tmp_path / "out")
        assert (done.photos, done.complete) == (3, True)
        changed = f"=キズ_A~{hashlib.sha256('=キズ/A'.encode()).hexdigest()[:8]}"
        assert sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.png")) == [
            f"{changed}/000.png", "良品/000.png", "良品/001.png",
        ]  # fmt: skip
        with Project.create(tmp_path / "second", "again") as second:
            second.add_photos(scan(tmp_path / "out"))
            second.label_by_folders()
            assert sorted(labels_of(second).values()) == sorted(labels_of(project).values())

    def test_a_class_whose_folder_would_be_hidden_is_found_again(self, tmp_path: Path) -> None:
        with project_with(tmp_path / "p", {"a": 1}) as project:
            import_labels(project, gather([("a/000.png", ".仮")]))
            export_labels(project, "folders", tmp_path / "out")
        assert len(scan(tmp_path / "out").photos) == 1

    def test_a_name_that_is_taken_gets_a_number(self, project: Project, tmp_path: Path) -> None:
        photos = project.photos()
        project.label([photo.id for photo in photos], project.classes()[0].id)
        export_labels(project, "folders", tmp_path / "out")
        assert len(list((tmp_path / "out").rglob("*.png"))) == len(photos)

    def test_never_into_a_folder_with_something_in_it(self, project: Project, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "mine.txt").write_text("x")
        with pytest.raises(Problem) as caught:
            export_labels(project, "folders", tmp_path / "out")
        assert caught.value.code == "exchange.folder_not_empty"
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]

    @pytest.mark.parametrize("kind", ["coco", "folders"])
    def test_stopped_half_way_nothing_is_left(self, project: Project, tmp_path: Path, kind: str) -> None:
        seen: list[int] = []
        out = tmp_path / "out"
        done = export_labels(project, kind, out, lambda n, _: seen.append(n), lambda: len(seen) >= 2)  # type: ignore[arg-type]
        assert not done.complete
        assert not out.exists()
        assert not list(tmp_path.glob(".out*"))

    @pytest.mark.parametrize("kind", ["coco", "folders"])
    def test_a_photo_that_is_gone_is_told(self, project: Project, tmp_path: Path, kind: str) -> None:
        gone = project.photos("labelled")[0].path
        gone.unlink()
        done = export_labels(project, kind, tmp_path / "out")  # type: ignore[arg-type]
        assert (done.photos, [path for path, _ in done.skipped]) == (2, [gone])

    def test_a_lying_photo_has_its_upright_size(self, project: Project, tmp_path: Path) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.new("RGB", (6, 4)).save(project.photos("labelled")[0].path, exif=exif)
        export_labels(project, "coco", tmp_path / "labels.json")
        image = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))["images"][0]
        assert (image["width"], image["height"]) == (4, 6)

    def test_nothing_labelled(self, tmp_path: Path) -> None:
        with project_with(tmp_path / "p", {"a": 1}) as project, pytest.raises(Problem) as caught:
            export_labels(project, "coco", tmp_path / "labels.json")
        assert caught.value.code == "exchange.nothing_labelled"
