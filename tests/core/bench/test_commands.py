"""`hikidashi bench`: words in, one JSON object out."""

import json
from pathlib import Path

import pytest

from core.cli import BAD_INPUT, OK, main
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
