"""`hikidashi models …` by the command line's contract."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from core.backbones import load
from core.backbones.store import ModelStore
from core.cli import BAD_INPUT, OK, main
from tests.core.backbones.conftest import TINY, MakeFolder


@pytest.fixture
def tiny(make_folder: MakeFolder, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return run(capsys, "import", "tiny", str(make_folder(TINY)), "--licence", "MIT")


def run(capsys: pytest.CaptureFixture[str], *words: str, code: int = OK) -> Any:
    assert main(["models", *words, "--json"]) == code
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_list_names_what_is_here_and_what_can_be_fetched(
    tiny: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    models = {entry["name"]: entry for entry in run(capsys, "list")["models"]}
    assert models["tiny"] == tiny
    assert (tiny["state"], tiny["source"], tiny["licence"]) == ("ready", "file", "MIT")
    assert models["vit-b-32-openai"]["state"] == "not downloaded"
    assert all(entry["purpose"] for entry in models.values())


def test_import_of_nonsense_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights = tmp_path / "w.pt"
    weights.write_bytes(b"nonsense")
    answer = run(capsys, "import", "mine", str(weights), code=BAD_INPUT)
    assert answer["error"]["code"] == "backbones.architecture_needed"


def test_verify_finds_what_changed(tiny: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "verify", "tiny")["ok"]
    weights = Path(tiny["path"]) / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-5] ^= 1
    weights.write_bytes(content)
    answer = run(capsys, "verify", "tiny", code=BAD_INPUT)
    assert [problem["code"] for problem in answer["problems"]] == ["backbones.hash_changed"]


def test_a_download_that_nobody_agreed_to_shows_size_and_licence_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(socket, "socket", lambda *_: pytest.fail("a socket was opened"))
    answer = run(capsys, "download", "vit-b-32-openai")
    assert (answer["state"], answer["licence"]) == ("not downloaded", "MIT")
    assert answer["size_bytes"] > 500_000_000
    refused = run(capsys, "download", "vit-b-32-openai", "--yes", code=BAD_INPUT)
    assert refused["error"]["code"] == "backbones.offline"


def test_size_and_licence_come_before_the_download(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models", "download", "mobileclip-b"])
    told = capsys.readouterr().err
    assert "599 MB" in told and "Apple AMLR" in told


def test_remove_deletes_it(tiny: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "remove", "tiny") == {"removed": "tiny"}
    assert not Path(tiny["path"]).exists()
    assert "tiny" not in {entry.name for entry in ModelStore().entries()}


def test_an_unknown_backbone_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    answer = run(capsys, "check", "nobody", code=BAD_INPUT)
    assert answer["error"]["code"] == "backbones.unknown"


@pytest.mark.parametrize("word", ["list", "import", "download", "verify", "check", "remove"])
def test_help_has_an_example(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["models", word, "--help"])
    assert end.value.code == 0
    assert f"example: hikidashi models {word}" in capsys.readouterr().out


def test_the_architecture_of_a_file_is_given_by_the_operator(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    make_folder: MakeFolder,
) -> None:
    monkeypatch.setattr(load, "architecture_config", lambda architecture: TINY)
    weights = make_folder(TINY) / "open_clip_model.safetensors"
    answer = run(capsys, "import", "mine", str(weights), "--architecture", "Tiny")
    assert (answer["architecture"], answer["state"]) == ("Tiny", "ready")
