"""`hikidashi features`, and training and measuring on what it writes: on the embedded backbone, by the contract."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.cli import BAD_INPUT, OK, main
from core.training.artefact import ARTEFACT_FILE
from tests.core.tiny_run import tiny_revision


def call(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = OK) -> dict[str, Any]:
    """Run a command with --json and give its answer."""
    assert main([*(str(word) for word in words), "--json"]) == code, capsys.readouterr().err
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_photos_stay_and_their_features_are_learned_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, file = tmp_path / "photos", tmp_path / "f.features"
    tiny_revision(photos)
    quick = ("--set", "training.epochs=2", "--set", "training.views=2")
    from_photos = call(
        capsys, "train", "--photos", photos, "--preset", "coop", "--shots", "4", "--seed", "2", *quick,
        "--out", tmp_path / "a",
    )  # fmt: skip
    extracted = call(
        capsys, "features", "extract", "--photos", photos, "--out", file, "--views", "2", "--shots", "4", "--seed", "2"
    )  # fmt: skip
    shutil.rmtree(photos)
    inspected = call(capsys, "features", "inspect", file)
    assert extracted["photos"] == inspected["photos"] > 0
    assert inspected["dim"] == 512
    assert len(inspected["contains"]) == 5
    assert len(inspected["still_possible"]) == 3
    assert extracted["size_bytes"] == file.stat().st_size

    trained = call(
        capsys, "train", "--features", file, "--preset", "coop", *quick[:2], "--out", tmp_path / "b"
    )
    same = ("metrics", "intervals", "steps", "epochs", "stopped_because")
    assert {key: trained[key] for key in same} == {key: from_photos[key] for key in same}
    of_photos, of_features = (load_file(tmp_path / run / ARTEFACT_FILE) for run in ("a", "b"))
    assert of_photos.keys() == of_features.keys()
    assert all(np.array_equal(of_photos[name], of_features[name]) for name in of_photos)
    measured = call(capsys, "evaluate", tmp_path / "b", "--features", file)
    assert measured["metrics"]["tuned"] == trained["metrics"]["tuned"]

    again = call(capsys, "features", "extract", "--photos", photos, "--out", file, code=BAD_INPUT)
    assert again["error"]["code"] == "features.exists"
    refused = call(
        capsys, "train", "--features", file, "--preset", "lora", "--out", tmp_path / "c", code=BAD_INPUT
    )
    assert refused["error"]["code"] == "features.needs_pixels"


def test_photos_and_features_together_are_too_much(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--photos", "x", "--features", "y", "--out", str(tmp_path / "run")])
    with pytest.raises(SystemExit):
        main(["train", "--out", str(tmp_path / "run")])
