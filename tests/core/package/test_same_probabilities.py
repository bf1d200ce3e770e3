"""From a run's result to the small reader: a photo has the same probabilities wherever it is judged, with fitted
temperatures and a fused head, a class added or not."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from core.insight.run import look_at
from core.onsite.alone import GraphPredictor
from core.onsite.answers import NotJudged, Prediction
from core.onsite.predictor import open_predictor
from core.package.archive import open_package
from core.training.run import Run
from hikidashi_onsite import Model, open_photo
from hikidashi_onsite import open_package as open_in_reader
from tests.core.exported import Exported, alone_once, exported_once

ADDED = ("紫", "a purple part")
BY_GRAPH = 1e-3  # a pixel may be resized to a level beside Pillow's


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> Exported:
    made = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(made.home))
    return made


def told(answers: Iterable[Prediction | NotJudged]) -> list[dict[str, float]]:
    """All probabilities of each photo, by class."""
    return [dict(answer.ranking) for answer in answers if isinstance(answer, Prediction)]


def by_reader(model: Model, photos: list[Path]) -> list[dict[str, float]]:
    return [dict(model.judge(np.asarray(open_photo(photo, model.side))).ranking) for photo in photos]


def check_same(found: list[dict[str, float]], expected: list[dict[str, float]], within: float) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=within)


def test_a_photo_has_the_same_probabilities_everywhere(once: Exported, tmp_path: Path) -> None:
    result, photos = once.run.result(), once.photos
    assert result is not None and result.composition == "dept(coop)"
    temperatures = result.temperatures
    assert temperatures.matching != 1 != temperatures.fused, "there is something to get wrong"
    assert open_package(alone_once()).manifest.calibration == temperatures
    predictor, reader = open_predictor(alone_once(), "cpu"), Model(open_in_reader(alone_once()))
    names = [entry.name for entry in once.run.revision.classes]
    of_program = told(predictor.predict(photos))

    for photo, judged, probabilities in zip(photos, result.predictions, of_program, strict=True):
        assert photo == once.run.revision.photo_path(once.run.revision.of("test")[photos.index(photo)])
        assert max(probabilities, key=probabilities.__getitem__) == names[judged.predicted]
        assert max(probabilities.values()) == pytest.approx(judged.probability, abs=1e-5)
    check_same(told(GraphPredictor(open_package(alone_once())).predict(photos)), of_program, BY_GRAPH)
    check_same(by_reader(reader, photos), of_program, BY_GRAPH)

    run = Run(shutil.copytree(once.run.folder, tmp_path / "run"))
    for number, name in ((0, names[0]), (-1, names[-1])):
        heat = look_at(run, run.revision, photos[number], name, lambda _event: None)
        assert heat.probability == pytest.approx(of_program[number][name], abs=1e-5)

    predictor.add_class(*ADDED)
    reader.add_class(*ADDED)
    longer = told(predictor.predict(photos))
    assert all(ADDED[0] in probabilities for probabilities in longer)
    check_same(by_reader(reader, photos), longer, BY_GRAPH)
    # The classes that were there keep the odds that they had among themselves.
    for before, after in zip(of_program, longer, strict=True):
        left = sum(after[name] for name in before)  # float32 knows no more of what 1 leaves
        assert {name: after[name] / left for name in before} == pytest.approx(before, abs=1e-4)
