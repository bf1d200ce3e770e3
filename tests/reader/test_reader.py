"""A package stands alone: the small reader needs onnxruntime, numpy and Pillow only, and judges as the program does."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.backbones.vocabulary_map import clip_tokenizer
from core.onsite.predictor import Prediction, open_predictor
from core.package.archive import ADAPTER, MANIFEST, MEMBERS, TOKENIZER
from core.package.archive import open_package as open_in_program
from core.package.layout import new_entry
from core.package.manifest import Manifest
from core.package.signature import make_key
from core.photos.decode import open_photo as open_in_program_photo
from core.problems import Problem
from hikidashi_onsite import Model, Refusal, open_package, open_photo
from hikidashi_onsite.commands import BAD_INPUT, OK, main
from hikidashi_onsite.tokens import Tokenizer
from tests.core.exported import Exported, alone_once, exported_once
from tests.core.package.conftest import manifest, members, written

__all__ = ["manifest", "members", "written"]  # fixtures

READER = Path(__file__).parents[2] / "onsite_reader"
# Only what the reader may stand on can be imported beside Python's own library; the program's folder is not there.
ALONE = """
import sys
allowed = {"hikidashi_onsite", "onnxruntime", "numpy", "PIL"} | set(sys.stdlib_module_names)
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] not in allowed:
            raise ImportError(f"{name} is not there")
sys.meta_path.insert(0, Refuse())
for gone in ("torch", "PySide6", "core", "onnx", "pydantic", "safetensors", "cryptography"):
    try:
        __import__(gone)
    except ImportError:
        continue
    raise SystemExit(f"{gone} is there")
from hikidashi_onsite.commands import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def alone(folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of the reader in a process that has nothing else."""
    process = subprocess.run(
        [sys.executable, "-c", ALONE, *map(str, words), "--json"],
        check=False, capture_output=True, encoding="utf-8", cwd=folder,
        env={**os.environ, "PYTHONPATH": str(READER), "HIKIDASHI_HOME": str(folder)},
    )  # fmt: skip
    assert process.stdout, process.stderr
    return process.returncode, json.loads(process.stdout.splitlines()[-1])


def test_it_stands_alone_and_judges_as_the_program_does(home: Exported, tmp_path: Path) -> None:
    folder = tmp_path / "空の場所"
    folder.mkdir()
    code, told = alone(folder, "verify", alone_once())
    assert (code, told["ok"]) == (OK, True)
    assert told["max_difference"] <= 1e-3
    new = "紫=a purple part"
    code, told = alone(folder, "predict", alone_once(), *home.photos, "--add-class", new)
    assert (code, told["not_judged"], told["classes"][-1]) == (OK, [], "紫")
    predictor = open_predictor(alone_once(), "cpu")
    predictor.add_class(*new.split("="))
    expected = [answer for answer in predictor.predict(home.photos) if isinstance(answer, Prediction)]
    assert [found["class"] for found in told["predictions"]] == [answer.class_name for answer in expected]
    assert [found["unsure"] for found in told["predictions"]] == [answer.unsure for answer in expected]
    probabilities = [found["probability"] for found in told["predictions"]]
    assert probabilities == pytest.approx([answer.probability for answer in expected], abs=1e-3)
    assert list(folder.iterdir()) == [], "nothing is written"


def test_the_quick_model_and_the_commands_words(
    home: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIKIDASHI_LANGUAGE", "ja")
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    shutil.copy(home.photos[0], tmp_path)
    assert main(["predict", str(alone_once()), str(tmp_path), "--quick"]) == OK
    assert "読めませんでした" in capsys.readouterr().out
    assert main(["verify", str(alone_once()), "--trust", str(alone_once().with_name("key.pub"))]) == OK
    assert main(["verify", str(home.package), "--json"]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["problems"][0]["code"] == "not_alone"
    for wrong in (["verify", "none.hkd"], ["predict", str(alone_once()), str(tmp_path / "none")]):
        assert main(wrong) == (BAD_INPUT if wrong[0] == "verify" else OK)
    assert main(["predict", str(alone_once()), str(READER)]) == BAD_INPUT


def test_it_trusts_whom_it_is_told_to(home: Exported, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    own = alone_once().with_name("key.pub")
    for key, package in (
        (tmp_path / "other.pub", alone_once()),
        (own, home.package),
        (tmp_path / "other", alone_once()),
    ):
        assert main(["verify", str(package), "--trust", str(key)]) == BAD_INPUT


def test_a_class_that_cannot_be_added_is_refused(home: Exported) -> None:
    del home
    model = Model(open_package(alone_once()))
    cases = {"赤": "a red part", "新": "紫の部品", "b": "a & b", "c": " ", "d": "word " * 40}
    codes = []
    for name, words in cases.items():
        with pytest.raises(Refusal) as caught:
            model.add_class(name, words)
        codes.append(caught.value.code)
        assert caught.value.told(japanese=True) != caught.value.told(japanese=False)
    assert codes == ["class_exists", *["bad_words"] * 4]
    assert len(model.class_names) == 4


@pytest.mark.parametrize(
    "words",
    [[], {"sentences": "x", "probes": []}, {"sentences": [3], "probes": ["a"]}, {"sentences": ["a"]}, 7],
)
def test_a_manifest_that_lies_about_words_is_refused(written: Path, words: object) -> None:
    told = json.loads(open_in_program(written).manifest.model_dump_json())
    told["alone"] = {"max_difference": 0.0, "photos": 1, "words": words}
    rewrite(written, {MANIFEST: json.dumps(told).encode()})
    with pytest.raises(Refusal) as caught:
        open_package(written)
    assert caught.value.code == "damaged"


# Tokens


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer(open_in_program(alone_once()).read(TOKENIZER), "x")


def same_ids(words: str) -> None:
    clip = clip_tokenizer()
    sentence = f"a photo of a {words}."
    expected = [clip.sot_token_id, *clip.encode(sentence), clip.eot_token_id]
    if not words.strip() or len(expected) >= tokenizer().length:
        with pytest.raises(Refusal):
            tokenizer().ids(["a photo of a {}."], words)
        return
    (found,) = tokenizer().ids(["a photo of a {}."], words)
    assert found[: len(expected)].tolist() == expected
    assert not found[len(expected) :].any()


@pytest.mark.parametrize(
    "words",
    ["red part", "M6x20 hex bolt, zinc-plated", "it's the operator's cap", "don't", "100% cotton (white)",
     "UPPER lower", "a_b=c", "o-ring #12/3", "well... okay!?", "antidisestablishmentarianism"],
)  # fmt: skip
def test_words_become_the_ids_of_clips_own_tokenizer(words: str) -> None:
    same_ids(words)


@settings(max_examples=300, deadline=None)
@given(words=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789 .,;:!?'\"()/*%#=_+-", max_size=40))
def test_any_plain_words_do(words: str) -> None:
    same_ids(words)


# Photos


def odd_photos(folder: Path) -> list[Path]:
    """Photos in every layout that a camera or a scanner may leave."""
    rng = np.random.default_rng(0)
    rgb = Image.fromarray(rng.integers(0, 256, (300, 420, 3), dtype=np.uint8))
    deep = Image.fromarray(rng.integers(0, 4000, (50, 60), dtype=np.uint16))
    made = {
        "plain.png": rgb, "grey.png": rgb.convert("L"), "palette.gif": rgb.quantize(32),
        "print.jpg": rgb.convert("CMYK"), "deep.png": deep, "deep.tif": deep, "one.bmp": rgb.convert("1"),
        "clear.png": rgb.convert("RGBA").rotate(20, expand=True), "float.tif": Image.fromarray(np.float32(rng.random((9, 12)))),
        "grey_clear.png": rgb.convert("LA"), "photo.webp": rgb,
    }  # fmt: skip
    for name, image in made.items():
        image.save(folder / name)
    for turned in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = turned
        rgb.save(folder / f"turned{turned}.jpg", exif=exif)
    Image.new("P", (30, 20), 1).save(folder / "key.png", transparency=1)
    big = Image.fromarray(rng.integers(0, 256, (1200, 1600, 3), dtype=np.uint8))
    big.save(folder / "big.jpg")
    return sorted(folder.iterdir())


def test_photos_are_opened_exactly_as_the_program_opens_them(tmp_path: Path) -> None:
    photos = odd_photos(tmp_path)
    assert len(photos) == 21
    for path in photos:
        expected = np.asarray(open_in_program_photo(path, at_least=32))
        assert np.array_equal(open_photo(path, 32), expected), path.name


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_hostile_photo_is_refused_or_read_as_the_program_reads_it(
    tmp_path: Path, data: st.DataObject
) -> None:
    rng = np.random.default_rng(0)
    path = tmp_path / data.draw(st.sampled_from(["a.jpg", "b.png", "c.gif"]))
    Image.fromarray(rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    path.write_bytes(bytes(content))
    try:
        expected = np.asarray(open_in_program_photo(path, at_least=32))
    except Problem:
        with pytest.raises(Refusal):
            open_photo(path, 32)
    else:
        assert np.array_equal(open_photo(path, 32), expected)


# Packages


def read_by_both(path: Path) -> tuple[str, str]:
    """How the reader and the program take a file: "" or the code of their refusal."""
    codes = []
    try:
        open_package(path)
        codes.append("")
    except Refusal as refusal:
        codes.append(refusal.code)
    try:
        package = open_in_program(path)
        for member in package.manifest.members:
            package.read(member.name)
        codes.append("")
    except Problem as problem:
        codes.append(problem.code)
    return codes[0], codes[1]


def test_both_read_a_sound_package(written: Path) -> None:
    assert read_by_both(written) == ("", "")
    assert read_by_both(alone_once()) == ("", "")


def test_every_flipped_bit_is_noticed(written: Path) -> None:
    whole, path = written.read_bytes(), written.with_name("spoiled.hkd")
    contents = open_in_program(written).read(ADAPTER)  # of what is under one hash, some
    dull = range(whole.index(contents) + 1, whole.index(contents) + len(contents))
    for place in (place for place in range(len(whole)) if place not in dull and place % 3 == 0):
        spoiled = bytearray(whole)
        spoiled[place] ^= 1 << (place // 3 % 8)
        path.write_bytes(bytes(spoiled))
        with pytest.raises(Refusal):
            open_package(path)


def test_flipped_bits_of_a_whole_package_are_noticed() -> None:
    whole = alone_once().read_bytes()
    path = alone_once().with_name("spoiled.hkd")
    for place in np.random.default_rng(3).integers(0, len(whole), 60).tolist():
        spoiled = bytearray(whole)
        spoiled[place] ^= 1 << (place % 8)
        path.write_bytes(bytes(spoiled))
        assert "" not in read_by_both(path)
    path.unlink()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_hostile_bytes_are_refused(written: Path, data: st.DataObject) -> None:
    whole = written.read_bytes()
    spoiled = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(spoiled)))
        spoiled[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    path = written.with_name("spoiled.hkd")
    path.write_bytes(bytes(spoiled))
    assert bool(read_by_both(path)[0]) == (bytes(spoiled) != whole)
    assert {p.name for p in written.parent.iterdir()} <= {written.name, path.name}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_hostile_manifest_under_true_checksums_is_refused_or_sound(
    written: Path, data: st.DataObject
) -> None:
    told = json.loads(open_in_program(written).manifest.model_dump_json())
    value: st.SearchStrategy[Any] = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.lists(st.integers(), max_size=2),
        st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    )  # fmt: skip
    place: Any = told
    while True:
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(value)
    path = written.with_name("lies.hkd")
    contents = {MANIFEST: json.dumps(told).encode()}
    package = open_in_program(written)
    contents |= {name: package.read(name) for name in MEMBERS}
    rewrite(path, contents)
    with pytest.raises(Refusal):
        Model(open_package(path))  # at the latest because this one does not work alone


def rewrite(path: Path, contents: dict[str, bytes]) -> None:
    """A zip in the one form, whatever is in it."""
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents.items():
            file.writestr(new_entry(name), content)


@pytest.mark.parametrize("name", ["../evil.sh", "/etc/passwd", "a/b.txt", "evil", "カード.md", "A.md"])
def test_a_name_that_is_not_plain_is_refused(written: Path, name: str) -> None:
    package = open_in_program(written)
    contents = {MANIFEST: package.manifest.model_dump_json().encode(), name: b"x"}
    rewrite(written, contents)
    with pytest.raises(Refusal):
        open_package(written)
    assert [p.name for p in written.parent.iterdir()] == [written.name]


def test_a_package_that_writes_says_what_it_needs(written: Path, manifest: Manifest) -> None:
    writes = json.loads(manifest.model_dump_json()) | {"schema_version": 5, "task": "vqa"}
    rewrite(written, {MANIFEST: json.dumps(writes).encode()})
    with pytest.raises(Refusal) as caught:
        open_package(written)
    assert caught.value.code == "writes"


def test_a_newer_package_says_so(written: Path, manifest: Manifest) -> None:
    newer = json.loads(manifest.model_dump_json()) | {"schema_version": 99}
    rewrite(written, {MANIFEST: json.dumps(newer).encode()})
    with pytest.raises(Refusal) as caught:
        open_package(written)
    assert caught.value.code == "newer"
