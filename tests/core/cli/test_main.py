"""The command line's contract: exit codes, JSON as the last line, help with an example, no torch for help."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.cli import BAD_INPUT, COMMANDS, FAULT, OK, main


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == OK
        printed = capsys.readouterr().out
        assert "example" in printed.lower() or command in ("models",), command


def test_an_unknown_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["tune"])
    assert ended.value.code == BAD_INPUT
    assert "tune" in capsys.readouterr().err


def test_bad_input_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", "--photos", str(tmp_path / "none"), "--out", str(tmp_path / "run"), "--json"])
    printed = capsys.readouterr()
    assert code == BAD_INPUT
    assert json.loads(printed.out.splitlines()[-1])["error"]["code"] == "photos.folder_missing"
    assert printed.err.strip()


def test_resuming_where_nothing_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["train", "--photos", str(tmp_path), "--out", str(tmp_path), "--resume", "--json"])
    assert code == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == "cli.no_run"


def test_a_fault_is_told_apart_from_bad_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("core.doctor.psutil.virtual_memory", broken)
    assert main(["doctor", "--json"]) == FAULT
    assert "planted" in capsys.readouterr().err


def test_doctor_has_its_fixed_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == OK
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {"device", "memory_bytes", "torch", "problems"} <= set(answer)
    assert answer["memory_bytes"] > 0


def test_help_does_not_wait_for_torch() -> None:
    code = (
        "import sys; from core.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, stdout=subprocess.DEVNULL)
