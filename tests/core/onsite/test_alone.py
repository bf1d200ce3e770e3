"""A package that works alone judges on site without torch, as the backbone would, and falls back to it when it must."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.onsite.alone import GraphPredictor, open_judge
from core.onsite.answers import NotJudged, Prediction, Shot
from core.onsite.predictor import Predictor, open_predictor
from core.package.onnx.model import ImageGraph
from core.problems import Problem
from tests.core.exported import Exported, alone_once, exported_once


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def test_the_graph_answers_as_the_backbone_does(exported: Exported) -> None:
    graph, backbone = open_judge(alone_once()), open_predictor(exported.package, "cpu")
    assert isinstance(graph, GraphPredictor)
    assert graph.class_names == backbone.class_names
    for own, other in zip(graph.predict(exported.photos), backbone.predict(exported.photos), strict=True):
        assert isinstance(own, Prediction) and isinstance(other, Prediction)
        assert dict(own.ranking) == pytest.approx(dict(other.ranking), abs=1e-3)
        assert (own.photo, own.seconds > 0) == (other.photo, True)


def test_photos_that_cannot_be_read_are_told_and_the_rest_goes_on(exported: Exported) -> None:
    photo = exported.photos[0]
    asked = [photo, Shot("half.png", lambda: photo.read_bytes()[:80]), Shot("sent.png", photo.read_bytes)]
    first, broken, last = open_judge(alone_once()).predict(asked)
    assert isinstance(broken, NotJudged)
    assert isinstance(first, Prediction) and isinstance(last, Prediction)
    assert (last.photo, last.ranking) == ("sent.png", first.ranking)
    assert list(open_judge(alone_once()).predict([])) == []


def test_classes_added_by_words_and_packages_without_a_graph_are_judged_by_the_backbone(
    exported: Exported,
) -> None:
    added = open_judge(alone_once(), "cpu", [("紫", "purple part")])
    assert isinstance(added, Predictor)
    assert added.class_names[-1] == "紫"
    assert isinstance(open_judge(exported.package, "cpu"), Predictor)


def test_a_graph_that_answers_nonsense_is_not_believed(
    exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = open_judge(alone_once())
    for answer in (np.full((1, 4), np.nan, np.float32), np.zeros((1, 3), np.float32)):
        monkeypatch.setattr(ImageGraph, "judge", lambda *_, answer=answer: (answer, answer))
        with pytest.raises(Problem) as caught:
            list(judge.predict(exported.photos[:1]))
        assert caught.value.code == "package.bad_graph"


_ALONE = """
import json, sys
from pathlib import Path
from core.onsite.alone import open_judge
found = [answer.class_name for answer in open_judge(Path(sys.argv[1])).predict(sys.argv[2:])]
print(json.dumps({"found": found, "torch": "torch" in sys.modules}))
"""


def test_neither_torch_nor_the_backbone_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = [str(photo) for photo in exported_once().photos[:2]]
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    answer = subprocess.run(
        [sys.executable, "-c", _ALONE, str(alone_once()), *photos], capture_output=True, check=True, text=True
    )
    told = json.loads(answer.stdout)
    assert told["torch"] is False
    assert len(told["found"]) == 2
