"""Files of texts say what they say, or are refused with the reason; what is written comes back."""

import contextlib
import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from core.exchange.text_read import TEXT_READERS, read_texts
from core.exchange.text_write import TextFormat, write_texts
from core.problems import Problem
from core.tasks.texts import Caption, PhotoTexts, Question
from tests.conftest import SHARED_SETS

TEXTS = PhotoTexts(
    (
        Caption("a/001.png", "左上に、長いキズ"),
        Caption("a/001.png", "a long scratch"),
        Caption("b,2.png", '"NG"'),
    ),
    (
        Question("a/001.png", "ラベルは貼ってある?", ("はい", "はい", "いいえ")),
        Question("c.png", "how many holes?", ("2",)),
    ),
)
SHARED = SHARED_SETS.parent / "captions"


def written(tmp_path: Path, name: str, content: object) -> Path:
    path = tmp_path / name
    if not isinstance(content, str | bytes):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refused(path: Path) -> str:
    with pytest.raises(Problem) as caught:
        read_texts(path)
    return caught.value.code


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_written_comes_back(tmp_path: Path, kind: TextFormat) -> None:
    out = tmp_path / f"out.{kind}"
    assert write_texts(TEXTS, kind, out) == 3
    assert read_texts(out) == TEXTS


def test_coco_and_vqav2_hold_their_half_and_bring_it_back(tmp_path: Path) -> None:
    write_texts(TEXTS, "coco", tmp_path / "c.json")
    write_texts(TEXTS, "vqav2", tmp_path / "q.json")
    assert read_texts(tmp_path / "c.json") == PhotoTexts(TEXTS.captions)
    assert read_texts(tmp_path / "q.json") == PhotoTexts((), TEXTS.questions)


def test_coco_as_pycocotools_reads_it(tmp_path: Path) -> None:
    write_texts(TEXTS, "coco", tmp_path / "c.json")
    coco = json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    images = {image["id"]: image["file_name"] for image in coco["images"]}
    found = [(images[entry["image_id"]], entry["caption"]) for entry in coco["annotations"]]
    assert found == [(caption.photo, caption.text) for caption in TEXTS.captions]
    assert len({entry["id"] for entry in coco["annotations"]}) == len(TEXTS.captions)


def test_vqav2_has_the_fields_of_the_published_files(tmp_path: Path) -> None:
    write_texts(TEXTS, "vqav2", tmp_path / "q.json")
    vqa = json.loads((tmp_path / "q.json").read_text(encoding="utf-8"))
    first, second = vqa["annotations"]
    assert first["answer_type"] == "yes/no" and first["multiple_choice_answer"] == "はい"
    assert [answer["answer_id"] for answer in first["answers"]] == [1, 2, 3]
    assert second["answer_type"] == "number" and second["question_type"] == "how many holes"
    assert {entry["question_id"] for entry in vqa["questions"]} == {
        e["question_id"] for e in vqa["annotations"]
    }


def test_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        write_texts(PhotoTexts((), TEXTS.questions), "coco", tmp_path / "c.json")
    assert caught.value.code == "exchange.no_texts"
    assert not (tmp_path / "c.json").exists()


def test_a_disk_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem) as caught:
        write_texts(TEXTS, "csv", tmp_path / "file" / "out.csv")
    assert caught.value.code == "exchange.not_written"


class TestVqav2:
    QUESTIONS = {
        "data_subtype": "train2014",
        "questions": [
            {"image_id": 9, "question": "What is this?", "question_id": 90},
            {"image_id": 9, "question": "What is this?", "question_id": 91},
            {"image_id": 10, "question": "Is it red?", "question_id": 100},
        ],
    }
    ANSWERS = {
        "annotations": [
            {
                "question_id": 90,
                "image_id": 9,
                "answers": [{"answer": "cup", "answer_id": 1}, {"answer": "mug"}],
            },
            {"question_id": 91, "image_id": 9, "answers": [{"answer": "cup"}]},
        ]
    }

    @pytest.mark.parametrize("chosen", [0, 1])
    def test_either_of_the_two_files(self, tmp_path: Path, chosen: int) -> None:
        paths = (
            written(tmp_path, "v2_OpenEnded_mscoco_train2014_questions.json", self.QUESTIONS),
            written(tmp_path, "v2_mscoco_train2014_annotations.json", self.ANSWERS),
        )
        written(tmp_path, "v2_mscoco_val2014_annotations.json", {"annotations": []})
        found = read_texts(paths[chosen])
        photo = "COCO_train2014_000000000009.jpg"
        assert found.questions == (
            Question(photo, "What is this?", ("cup", "mug")),
            Question(photo, "What is this?", ("cup",)),
        )
        assert found.parts == {photo: "train", "COCO_train2014_000000000010.jpg": "train"}
        assert found.left_out == 1  # nobody answered it

    def test_alone(self, tmp_path: Path) -> None:
        assert refused(written(tmp_path, "questions.json", self.QUESTIONS)) == "exchange.no_partner"


def test_karpathys_splits(tmp_path: Path) -> None:
    images = [
        {"filename": "a.jpg", "filepath": "val2014", "split": "restval", "sentences": [{"raw": "A cup ."}]},
        {"filename": "b.jpg", "split": "test", "sentences": [{"tokens": ["a", "mug"]}, {"raw": "A mug"}]},
    ]
    found = read_texts(written(tmp_path, "dataset.json", {"images": images, "dataset": "coco"}))
    assert found.captions == (
        Caption("val2014/a.jpg", "A cup ."),
        Caption("b.jpg", "a mug"),
        Caption("b.jpg", "A mug"),
    )
    assert found.parts == {"val2014/a.jpg": "train", "b.jpg": "test"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932", "utf-16"])
def test_a_table_as_excel_saves_it(tmp_path: Path, encoding: str) -> None:
    text = "写真;質問;答え\r\nx\\1.png;キズは?;はい\r\nx\\1.png;キズは?;いいえ\r\n;キズは?;はい\r\n2.png;キズは?;\r\n"
    found = read_texts(written(tmp_path, "t.csv", text.encode(encoding)))
    assert found.questions == (Question("x/1.png", "キズは?", ("はい", "いいえ")),)
    assert found.left_out == 2


def test_excel(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["ファイル名", "説明", "split"], ["1.png", "キズ\n2か所", "dev"], [None, "x"], [7, 12]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = read_texts(tmp_path / "t.xlsx")
    assert found.captions == (Caption("1.png", "キズ 2か所"), Caption("7", "12"))
    assert (found.parts, found.left_out) == ({"1.png": "val"}, 1)


def test_records_in_one_list_or_one_per_line(tmp_path: Path) -> None:
    records = [
        {"image": "1.png", "captions": ["a", "b"], "split": "train"},
        {"file_name": "2.png", "text": "c"},
        {"image": "1.png", "question": "q?", "answers": [{"answer": "x"}, "y", 3]},
        {"image": "3.png"},
        "nonsense",
    ]
    lines = "\n\n".join(json.dumps(record) for record in records)
    whole, by_line = (
        read_texts(written(tmp_path, "r.json", records)),
        read_texts(written(tmp_path, "r.jsonl", lines)),
    )
    assert whole == by_line
    assert whole.captions == (Caption("1.png", "a"), Caption("1.png", "b"), Caption("2.png", "c"))
    assert whole.questions == (Question("1.png", "q?", ("x", "y", "3")),)
    assert whole.left_out == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.csv", "photo,class\n1,2", "exchange.no_text_columns"),
        ("t.csv", "", "exchange.no_text_columns"),
        ("t.csv", "photo,question\n1,2", "exchange.no_text_columns"),
        ("t.csv", b"\xff\xfe\x00", "exchange.spoiled"),
        ("t.json", "{", "exchange.spoiled"),
        ("t.json", "[" * 100_000, "exchange.spoiled"),
        ("t.json", "7", "exchange.unknown_texts"),
        ("t.json", "{}", "exchange.unknown_texts"),
        ("t.json", '{"images": 3, "annotations": []}', "exchange.spoiled"),
        ("t.json", '{"questions": [{}], "annotations": []}', "exchange.spoiled"),
        ("t.jsonl", '{"a": 1}\nno', "exchange.spoiled"),
        ("t.xlsx", "no zip", "exchange.spoiled"),
        ("t.pkl", "x", "exchange.unknown_texts"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str | bytes, code: str) -> None:
    assert refused(written(tmp_path, name, content)) == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "no.csv") == "exchange.unreadable"


def test_unseen_letters_and_endless_texts(tmp_path: Path) -> None:
    records = [{"photo": "1", "caption": "ok\u202e\x00 \u200bfine\t!"}, {"photo": "1", "caption": "x" * 5000}]
    found = read_texts(written(tmp_path, "r.json", records))
    assert found.captions == (Caption("1", "ok fine !"),)
    assert found.left_out == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["images", "annotations", "questions", "id", "image_id", "question_id", "file_name", "caption", "captions",
             "question", "answer", "answers", "sentences", "filename", "split", "photo"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values, st.sampled_from([".json", ".jsonl"]))
def test_any_json_is_read_or_refused(tmp_path: Path, value: object, suffix: str) -> None:
    path = written(tmp_path, f"f{suffix}", json.dumps(value))
    try:
        found = read_texts(path)
    except Problem:
        return
    assert all(caption.photo and caption.text for caption in found.captions)
    assert all(question.photo and question.text and question.answers for question in found.questions)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from(sorted(TEXT_READERS)))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    with contextlib.suppress(Problem):
        read_texts(written(tmp_path, f"f{suffix}", content))


plain = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.builds(Caption, plain, plain), max_size=4),
    st.lists(
        st.builds(Question, plain, plain, st.lists(plain, min_size=1, max_size=3).map(tuple)),
        max_size=4,
        unique_by=lambda question: (question.photo, question.text),
    ),
    st.sampled_from(["csv", "jsonl", "coco", "vqav2"]),
)
def test_any_texts_survive_the_journey(
    tmp_path: Path, captions: list[Caption], questions: list[Question], kind: TextFormat
) -> None:
    def without_backslash(text: str) -> str:
        return text.replace("\\", "/")

    texts = PhotoTexts(
        tuple(Caption(without_backslash(c.photo), c.text) for c in captions) if kind != "vqav2" else (),
        tuple(Question(without_backslash(q.photo), q.text, q.answers) for q in questions)
        if kind != "coco"
        else (),
    )
    if texts.photos:
        suffix = {"csv": ".csv", "jsonl": ".jsonl"}.get(kind, ".json")
        write_texts(texts, kind, tmp_path / f"t{suffix}")
        found = read_texts(tmp_path / f"t{suffix}")
        assert (found.captions, len(found.questions)) == (texts.captions, len(texts.questions))
        assert [q.answers for q in found.questions] == [q.answers for q in texts.questions]


@pytest.mark.skipif(not SHARED.is_dir(), reason="no shared/data: real captions are not here")
class TestReal:
    def test_flickr8k(self) -> None:
        found = read_texts(SHARED / "flickr8k_mini" / "captions.json")
        assert (len(found.photos), len(found.captions), found.left_out) == (460, 1100, 0)
        assert sorted({*found.parts.values()}) == ["test", "train", "val"]

    def test_easy_vqa(self) -> None:
        found = read_texts(SHARED / "easy_vqa_mini" / "questions.json")
        assert len(found.photos) == 500
        assert {answer for question in found.questions for answer in question.answers} == {
            *(SHARED / "easy_vqa_mini" / "answers.txt").read_text(encoding="utf-8").split()
        }

    def test_grocery(self) -> None:
        assert len(read_texts(SHARED / "grocery_descriptions" / "captions.json").captions) == 81


def test_csv_is_a_table_for_people(tmp_path: Path) -> None:
    write_texts(PhotoTexts(TEXTS.captions), "csv", tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["photo", "caption"]
    assert rows[1] == ["a/001.png", "左上に、長いキズ"]
