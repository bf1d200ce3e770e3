"""The demo of the tasks that write: from the sample's texts to a package that was verified, without a screen."""

import json
from pathlib import Path

import pytest

from core.cli import main
from core.package.archive import TextPackage, open_any_package
from core.partsworld.plant import QUESTIONS
from core.partsworld.sample import CLASSES
from core.project import sample


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_demo_learns_the_plants_answers_and_packs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sample, "CLASSES", CLASSES[::2])
    monkeypatch.setattr(sample, "_TEXT_PHOTOS", {False: 2, True: 1})
    words = ["demo", "--task", "vqa", "--language", "en", "--out", str(tmp_path), "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    accuracy = told["metrics"]["base"]["vqa_accuracy"]
    assert told["verified"] is True and accuracy["after"]["mean"] > accuracy["before"]["mean"] + 0.2
    package = open_any_package(Path(told["package"]))
    assert isinstance(package, TextPackage) and package.manifest.questions == QUESTIONS
