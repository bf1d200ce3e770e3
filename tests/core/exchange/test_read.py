"""Label files of other programs say what they say, or are refused with the reason."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.exchange.read import READERS, read_labels
from core.problems import Problem


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Problem) as caught:
        read_labels(path)
    return caught.value.code


def outcome(path: Path) -> str:
    try:
        read_labels(path)
    except Problem as problem:
        return problem.code
    return "read"


class TestTable:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_as_excel_saves_it(self, tmp_path: Path, encoding: str, separator: str) -> None:
        rows = [["ファイル名", "種類", "説明"], ["a/001.png", "キズ", "a scratch"], ["002.png", "良品", ""]]
        text = "\r\n".join(separator.join(row) for row in rows)
        found = read_labels(written(tmp_path, "labels.csv", text.encode(encoding)))
        assert dict(found.labels) == {"a/001.png": "キズ", "002.png": "良品"}
        assert found.classes == ("キズ", "良品")
        assert dict(found.descriptions) == {"キズ": "a scratch"}

    def test_windows_paths_quotes_and_empty_rows(self, tmp_path: Path) -> None:
        text = '\n\nlabel,path\n"OK, new",C:\\photos\\1.jpg\n,2.jpg\nNG,\n\nNG,3.jpg\n'
        found = read_labels(written(tmp_path, "labels.csv", text))
        assert dict(found.labels) == {"C:/photos/1.jpg": "OK, new", "3.jpg": "NG"}

    def test_a_photo_in_two_classes_is_in_neither(self, tmp_path: Path) -> None:
        found = read_labels(written(tmp_path, "l.csv", "photo,class\na,1\na,2\nb,1\nb,1\n"))
        assert dict(found.labels) == {"b": "1"}
        assert found.several == ("a",)

    def test_excel(self, tmp_path: Path) -> None:
        book = Workbook()
        assert book.active is not None
        for row in (["写真", "種類"], ["a.png", "キズ"], [17, 3], [None, "x"]):
            book.active.append(row)
        book.save(tmp_path / "labels.xlsx")
        assert dict(read_labels(tmp_path / "labels.xlsx").labels) == {"a.png": "キズ", "17": "3"}

    @pytest.mark.parametrize("text", ["", "\n", "photo\na.png\n", "class,other\n1,2\n"])
    def test_without_the_columns(self, tmp_path: Path, text: str) -> None:
        assert refused(written(tmp_path, "l.csv", text)) == "exchange.no_columns"

    def test_spoiled(self, tmp_path: Path) -> None:
        assert refused(written(tmp_path, "l.csv", b"\xff\xfe\x00")) == "exchange.spoiled"
        assert refused(written(tmp_path, "l.xlsx", b"PK\x03\x04 no zip")) == "exchange.spoiled"


class TestJson:
    def test_coco(self, tmp_path: Path) -> None:
        coco = {
            "images": [{"id": 1, "file_name": "a/1.jpg"}, {"id": 2, "file_name": "2.jpg", "width": 3}],
            "categories": [{"id": 7, "name": "キズ"}, {"id": 9, "name": "良品"}],
            "annotations": [
                {"image_id": 1, "category_id": 9, "bbox": [0, 0, 1, 1]},
                {"image_id": 1, "category_id": 9, "bbox": [5, 5, 1, 1]},
                {"image_id": 2, "category_id": 7},
                {"image_id": 99, "category_id": 7},
            ],
        }
        found = read_labels(written(tmp_path, "coco.json", json.dumps(coco)))
        assert dict(found.labels) == {"a/1.jpg": "良品", "2.jpg": "キズ"}
        assert found.classes == ("キズ", "良品")

    def test_label_studio(self, tmp_path: Path) -> None:
        def task(image: str, choice: str, **more: object) -> dict[str, object]:
            result = {"type": "choices", "value": {"choices": [choice]}}
            return {"data": {"image": image}, "annotations": [{"result": [result], **more}]}

        tasks = [
            task("/data/upload/3/0a1b2c3d-photo%201.jpg", "NG"),
            task("/data/local-files/?d=line3/2.jpg", "OK"),
            task("s3://bucket/cam1/3.jpg", "OK"),
            task("skipped.jpg", "OK", was_cancelled=True),
            {"data": {"text": "no photo"}, "annotations": []},
        ]
        found = read_labels(written(tmp_path, "studio.json", json.dumps(tasks)))
        assert dict(found.labels) == {"photo 1.jpg": "NG", "line3/2.jpg": "OK", "/cam1/3.jpg": "OK"}

    def test_label_studio_min(self, tmp_path: Path) -> None:
        tasks = [{"image": "1.jpg", "choice": "NG"}, {"image": "2.jpg", "choice": {"choices": ["OK", "NG"]}}]
        found = read_labels(written(tmp_path, "min.json", json.dumps(tasks)))
        assert dict(found.labels) == {"1.jpg": "NG"}
        assert found.several == ("2.jpg",)

    @pytest.mark.parametrize(
        ("content", "code"),
        [("{", "exchange.spoiled"), ("[1]", "exchange.spoiled"), ('{"a": 1}', "exchange.unknown_format"),
         ("[" * 100_000, "exchange.spoiled"),
         ('{"images": [{}], "annotations": [], "categories": []}', "exchange.spoiled")],
    )  # fmt: skip
    def test_refused(self, tmp_path: Path, content: str, code: str) -> None:
        assert refused(written(tmp_path, "x.json", content)) == code


def test_unknown_and_missing_files(tmp_path: Path) -> None:
    assert refused(tmp_path / "labels.docx") == "exchange.unknown_format"
    assert refused(tmp_path / "labels.csv") == "exchange.unreadable"


@given(suffix=st.sampled_from(sorted(READERS)), content=st.binary(max_size=200))
def test_whatever_is_in_a_file_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, content: bytes
) -> None:
    path = written(tmp_path_factory.mktemp("hostile"), f"l{suffix}", content)
    assert outcome(path) in ("read", "exchange.no_columns", "exchange.spoiled", "exchange.unknown_format")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "image", "annotations", "result", "value", "choices", "choice"]), inner
        )
    ),
    max_leaves=12,
)


@given(content=st.lists(_JSON, max_size=3))
def test_whatever_tasks_say_they_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: list[object]
) -> None:
    path = written(tmp_path_factory.mktemp("tasks"), "t.json", json.dumps(content))
    assert outcome(path) in ("read", "exchange.spoiled", "exchange.unknown_format")
