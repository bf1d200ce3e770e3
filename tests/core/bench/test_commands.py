"""`hikidashi bench`: words in, one JSON object out."""

import json
from pathlib import Path

import pytest

from core.bench.commands import PROTOCOL_NAMES
from core.bench.datasets.catalogue import ELEVEN
from core.bench.protocols.catalogue import PROTOCOLS
from core.cli import BAD_INPUT, OK, main
from tests.core.bench.datasets.trees import write_tree
from tests.core.tiny_backbone import store_tiny_backbone
from tests.core.tiny_run import tiny_revision


@pytest.mark.slow
def test_protocol_prints_a_line_for_each_set_and_preset(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_revision(tmp_path / "set")
    words = ["bench", "protocol", "base-to-new", "--set", str(tmp_path / "set"), "--preset", "zero-shot"]
    words += ["nearest-mean", "--seeds", "1", "2", "--shots", "2", "--backbone", store_tiny_backbone()]
    assert main([*words, "--json"]) == OK
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["protocol"] == "base-to-new"
    assert [(line["set"], line["preset"]) for line in printed["results"]] == [
        ("set", "zero-shot"),
        ("set", "nearest-mean"),
    ]
    for line in printed["results"]:
        assert {"base", "new", "h", "union_h"} <= set(line["metrics"])
        assert len(line["per_seed"]) == 2


@pytest.mark.slow
def test_a_public_set_is_known_by_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    eurosat = next(entry for entry in ELEVEN if entry.name == "EuroSAT")
    folder = write_tree(tmp_path, eurosat, {"train": 2, "val": 1, "test": 1}, pictures=True)
    words = ["bench", "protocol", "union", "--set", str(folder), "--preset", "nearest-mean", "--seeds", "1"]
    assert main([*words, "--shots", "2", "--backbone", store_tiny_backbone(), "--json"]) == OK
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["protocol"] == "union"
    [line] = printed["results"]
    assert (line["set"], line["learned"][0]["photos"]) == ("EuroSAT", 10)
    assert {"base", "new", "h", "union_h", "ausuc"} <= set(line["metrics"])


def test_a_public_set_without_its_split_is_refused_before_anything_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "eurosat" / "2750").mkdir(parents=True)
    words = ["bench", "protocol", "few-shot", "--set", str(tmp_path / "eurosat"), "--preset", "zero-shot"]
    assert main([*words, "--backbone", "no-such-backbone"]) == BAD_INPUT
    assert "split_zhou_EuroSAT.json" in capsys.readouterr().err


def test_every_protocol_is_offered_by_name() -> None:
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES


def test_an_unknown_preset_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    words = ["bench", "protocol", "base-to-new", "--set", str(tmp_path), "--preset", "no-such"]
    assert main([*words, "--backbone", "no-such-backbone"]) == BAD_INPUT


@pytest.mark.parametrize(
    "words", [["bench"], ["bench", "speed", "--classes", "0"], ["bench", "protocol", "x"]]
)
def test_words_that_cannot_be_read_are_bad_input(words: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == BAD_INPUT
