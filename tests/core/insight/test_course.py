"""Neural collapse through training: told round by round, the same when cut off, and read from the run's history."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from core.backbones.clip import Backbone
from core.cli import main
from core.insight.collapse import etf_distance
from core.insight.course import course_of, values_of
from core.insight.findings import Distances
from core.training.artefact import open_artefact
from core.training.commands import Commands, Halt
from core.training.events import Collapse, Event, decode, encode
from core.training.judging import Judging
from core.training.loop import train
from core.training.run import Run
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import tiny_run


class _Cut(Commands):
    """Cuts the work off after so many looks."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def heed(self, emit: object) -> None:
        self._looks -= 1
        if not self._looks:
            self.interrupt("test")
        super().heed(emit)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def run(backbone: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return _trained(tmp_path_factory.mktemp("course"), backbone)


def _trained(root: Path, backbone: Backbone, cuts: tuple[int, ...] = ()) -> Run:
    folder = tiny_run(root / "run", "coop", backbone=NAME)
    for looks in cuts:
        with pytest.raises(Halt):
            train(folder, lambda _: None, _Cut(looks), resume=True, backbone=backbone)
    train(folder, lambda _: None, resume=bool(cuts), backbone=backbone)
    return Run(folder)


def test_every_round_is_told_and_the_untouched_model_before_them(run: Run) -> None:
    course = course_of(run.events())
    assert [told.epoch for told in course] == [0, 1, 2, 3]
    # CoOp learns words only: photos stand as they stood, how far the words are from them changes.
    assert len(set(values_of(course, "base", "image_etf"))) == 1
    assert len(set(values_of(course, "base", "duality"))) == 4
    assert len(values_of(course, "new", "within_class")) == 4


def test_the_last_round_is_what_the_kept_model_has(run: Run, backbone: Backbone) -> None:
    method = open_artefact(run.folder, backbone=backbone).method
    texts = method.classifier(method.classes).text_features  # type: ignore[attr-defined]
    unit = torch.from_numpy(texts / np.linalg.norm(texts, axis=1, keepdims=True)).double()
    last = values_of(course_of(run.events()), "base", "text_etf")[-1]
    assert last == pytest.approx(etf_distance(unit - unit.mean(dim=0)), abs=1e-6)


def test_training_is_the_same_to_the_bit_without_it(
    run: Run, backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Judging, "_collapse", lambda *_: [None, None])
    without = _trained(tmp_path, backbone)
    assert not course_of(without.events())
    learned = [sorted(each.folder.glob("**/*.safetensors")) for each in (run, without)]
    assert learned[0] and len(learned[0]) == len(learned[1])
    for one, two in zip(*learned, strict=True):
        assert one.read_bytes() == two.read_bytes()


def test_cut_off_and_taken_up_again_it_tells_the_same(run: Run, backbone: Backbone, tmp_path: Path) -> None:
    again = _trained(tmp_path, backbone, cuts=(8, 7))
    told = [[(each.epoch, each.base, each.new) for each in course_of(one.events())] for one in (run, again)]
    assert told[0] == told[1]


def test_a_round_told_again_replaces_the_earlier_telling() -> None:
    far, near = (Distances(text_etf=value, text_angle=0.1) for value in (0.9, 0.2))
    events: list[Event] = [
        Collapse(epoch=1, base=far, new=None),
        Collapse(epoch=0, base=far, new=None),
        Collapse(epoch=1, base=near, new=None),
    ]
    course = course_of(filter(None, (decode(encode(event)) for event in events)))
    assert values_of(course, "base", "text_etf") == [0.9, 0.2]
    assert values_of(course, "base", "duality") == values_of(course, "new", "text_etf") == []


def test_the_command_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(tiny_run(tmp_path / "run", "coop"))
    train(run.folder, lambda _: None)
    capsys.readouterr()
    assert main(["insight", str(run.folder)]) == 0
    assert "through training, text_etf, base: " in capsys.readouterr().out
    assert main(["insight", str(run.folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])["through_training"]
    assert [each["epoch"] for each in told] == [0, 1, 2, 3]
    assert told[0]["base"]["text_etf"] >= 0
