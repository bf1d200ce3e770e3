"""The main job without a screen: labels → train → evaluate → export → verify → predict, by the contract."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, OK, main

METRICS = {"base", "new", "h", "union_h"}


def call(capsys: pytest.CaptureFixture[str], *words: str | Path, code: int = OK) -> dict[str, Any]:
    """Run a command with --json and give its answer."""
    assert main([*(str(word) for word in words), "--json"]) == code, capsys.readouterr().err
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


@pytest.mark.slow
def test_demo_does_the_whole_job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = call(capsys, "demo", "--out", tmp_path / "demo")
    assert answer["verified"] is True
    assert set(answer["metrics"]) == {"zero_shot", "tuned"}
    for metrics in answer["metrics"].values():
        assert set(metrics) >= METRICS
        assert all(0 <= metrics[key] <= 1 for key in METRICS)
    assert answer["metrics"]["tuned"]["base"] > answer["metrics"]["zero_shot"]["base"]
    assert {"labels", "train", "export"} <= set(answer["stages_s"])
    assert call(capsys, "verify", answer["package"])["ok"] is True


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["trashnet5", "grocery25", "neu_steel6", "magnetic_tile6", "fashion_products"]
)
def test_the_main_job_on_real_photos(
    shared_sets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    photos = shared_sets / name
    run, package = tmp_path / "run", tmp_path / "out.hkd"
    trained = call(
        capsys, "train", "--photos", photos, "--preset", "coop-dept", "--shots", "4", "--set", "training.epochs=4",
        "--out", run,
    )  # fmt: skip
    assert trained["run"] == str(run)
    assert set(trained["metrics"]["tuned"]) >= METRICS
    assert trained["steps"] > 0 and trained["stopped_because"]
    exported = call(capsys, "export", run, "--out", package)
    assert exported["verified"] is True and exported["size_bytes"] == package.stat().st_size
    verified = call(capsys, "verify", package)
    assert verified["ok"] is True and verified["problems"] == []
    photo = next(path for path in sorted(photos.rglob("*.jpg")))
    predictions = call(capsys, "predict", package, photo)["predictions"]
    assert [entry["photo"] for entry in predictions] == [str(photo)]
    assert set(predictions[0]) >= {"photo", "class", "probability", "unsure"}
    assert 0 < predictions[0]["probability"] <= 1


@pytest.mark.slow
def test_evaluating_a_run_again_gives_the_same_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from core.assets import ASSETS

    sample, run = ASSETS / "sample", tmp_path / "run"
    trained = call(
        capsys,
        "train",
        "--photos",
        sample,
        "--preset",
        "coop",
        "--shots",
        "2",
        "--set",
        "training.epochs=2",
        "--out",
        run,
    )
    measured = call(capsys, "evaluate", run, "--photos", sample)
    for name in ("zero_shot", "tuned"):
        for key in METRICS:
            figure = measured["metrics"][name][key]
            mean = figure["mean"] if isinstance(figure, dict) else figure
            assert mean == pytest.approx(trained["metrics"][name][key], abs=1e-6)
    count = len(measured["classes"])
    assert len(measured["confusion"]) == count
    assert all(len(row) == count for row in measured["confusion"])


def test_a_file_that_is_no_package_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.hkd"
    path.write_bytes(b"not a zip")
    answer = call(capsys, "verify", path, code=BAD_INPUT)
    assert answer["ok"] is False
    assert answer["problems"][0]["code"].startswith("package.")
    assert answer["problems"][0]["message"]


def test_methods_tells_what_each_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    methods = {entry["composition"]: entry for entry in call(capsys, "methods")["methods"]}
    assert {"zero-shot", "coop", "dept(coop)"} <= set(methods)
    for entry in methods.values():
        assert {"name", "composition", "tasks", "classifies", "trains", "source"} <= set(entry)
        assert set(entry["classifies"]) <= {"base", "new", "union"}
    learned_only = {name for name, entry in methods.items() if "new" not in entry["classifies"]}
    assert learned_only == {"linear-probe", "nearest-mean", "tip-adapter", "tip-adapter-f"}


def test_models_lists_the_embedded_backbone(capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(call(capsys, "models", "list"), ensure_ascii=False)
    assert "embedded" in text
