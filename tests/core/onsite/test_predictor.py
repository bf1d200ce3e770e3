"""On site: every photo has its answer or its reason, new classes come by their words."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.onsite import ahead as ahead_module
from core.onsite import predictor as predictor_module
from core.onsite.answers import NotJudged, Prediction, Shot
from core.onsite.monitor.monitor import WINDOW, open_monitor
from core.onsite.predictor import Predictor, open_predictor
from core.onsite.service import run_predict
from core.package.archive import open_package
from core.problems import Problem
from core.training.commands import Commands, Halt
from core.training.events import ClassAdded, Event, Predicted, PredictionFailed, Progress, Stage
from core.training.job import PredictJob
from tests.core.exported import Exported, exported_once
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import COLOURS


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


@pytest.fixture
def predictor(exported: Exported) -> Predictor:
    return open_predictor(exported.package, "cpu")


def answers(predictor: Predictor, photos: list[Path]) -> list[Prediction]:
    found = list(predictor.predict(photos))
    assert all(isinstance(entry, Prediction) for entry in found)
    return [entry for entry in found if isinstance(entry, Prediction)]


def test_an_answer_ranks_all_classes(predictor: Predictor, exported: Exported) -> None:
    for answer in answers(predictor, exported.photos):
        probabilities = [probability for _, probability in answer.ranking]
        assert sum(probabilities) == pytest.approx(1, abs=1e-5)
        assert probabilities == sorted(probabilities, reverse=True)
        assert {name for name, _ in answer.ranking} == set(COLOURS)
        assert (answer.class_name, answer.probability) == answer.ranking[0]
        assert answer.seconds > 0


def test_of_many_classes_only_the_likeliest_are_told(predictor: Predictor, exported: Exported) -> None:
    for number in range(20):
        predictor.add_class(f"追加{number}", f"part number {number}")
    assert len(predictor.class_names) == 24
    assert len(answers(predictor, exported.photos[:1])[0].ranking) == ahead_module.RANKED


def test_a_broken_photo_is_told_and_the_rest_goes_on(
    predictor: Predictor, exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead_module, "BATCH", 3)
    broken = tmp_path / "壊れた.jpg"
    broken.write_bytes(exported.photos[0].read_bytes()[:200])
    photos = [exported.photos[0], broken, tmp_path / "none.png", *exported.photos[1:5], broken]
    found = list(predictor.predict(photos))
    assert [entry.photo for entry in found] == [str(photo) for photo in photos]
    failed = [entry for entry in found if isinstance(entry, NotJudged)]
    assert [photos.index(Path(entry.photo)) for entry in failed] == [1, 2, 1]
    assert failed[1].problem.code == "photos.missing"
    assert all(str(entry.problem) for entry in failed)


def test_batches_do_not_change_answers(
    predictor: Predictor, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = answers(predictor, exported.photos)
    monkeypatch.setattr(ahead_module, "BATCH", 1)
    alone = answers(predictor, exported.photos)
    assert [a.class_name for a in alone] == [a.class_name for a in together]
    assert [a.probability for a in alone] == pytest.approx([a.probability for a in together], abs=1e-5)


def test_a_photo_that_is_no_file_is_judged_like_one(predictor: Predictor, exported: Exported) -> None:
    photo = exported.photos[0]
    (from_file,) = answers(predictor, [photo])
    broken = Shot("half.png", lambda: photo.read_bytes()[:100])
    from_bytes, refused = predictor.predict([Shot("sent.png", photo.read_bytes), broken])
    assert isinstance(from_bytes, Prediction)
    assert (from_bytes.photo, from_bytes.class_name) == ("sent.png", from_file.class_name)
    assert from_bytes.probability == pytest.approx(from_file.probability, abs=1e-5)
    assert isinstance(refused, NotJudged)
    assert refused.problem.data["name"] == "half.png"


def test_no_photos_no_answers(predictor: Predictor) -> None:
    assert list(predictor.predict([])) == []


def test_a_photo_too_odd_for_memory_is_told(
    predictor: Predictor, exported: Exported, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(predictor_module, "preprocess_photo", full)
    (found,) = predictor.predict(exported.photos[:1])
    assert isinstance(found, NotJudged)
    assert found.problem.code == "photos.too_large"


def test_below_the_threshold_a_person_decides(predictor: Predictor, exported: Exported) -> None:
    unsure = open_package(exported.package).manifest.unsure
    assert unsure is not None
    found = answers(predictor, exported.photos)
    assert [a.unsure for a in found] == [a.probability < unsure.probability for a in found]


def test_turned_and_coloured_photos_are_seen_upright_and_in_rgb(predictor: Predictor, tmp_path: Path) -> None:
    picture = Image.new("RGB", (40, 60), (200, 40, 40))
    picture.paste((40, 40, 200), (0, 0, 40, 20))
    picture.save(tmp_path / "plain.png")
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    plain, upright = answers(predictor, [tmp_path / "plain.png", tmp_path / "turned.png"])
    assert upright.ranking == plain.ranking


def test_a_new_class_joins_by_its_words_and_leaves_the_others_their_order(
    predictor: Predictor, exported: Exported
) -> None:
    before = answers(predictor, exported.photos)
    predictor.add_class(" 紫 ", "purple part")
    after = answers(predictor, exported.photos)
    assert predictor.class_names == (*COLOURS, "紫")
    for old, new in zip(before, after, strict=True):
        was, now = dict(old.ranking), dict(new.ranking)
        assert 0 < now["紫"] < 1
        left = 1 - now["紫"]
        assert {name: now[name] / left for name in was} == pytest.approx(was, abs=1e-4)


def test_a_class_with_the_words_of_a_held_back_one_is_judged_like_it(
    predictor: Predictor, exported: Exported
) -> None:
    predictor.add_class("青の別名", "blue part")
    for answer in answers(predictor, exported.photos):
        chances = dict(answer.ranking)
        assert chances["青の別名"] == pytest.approx(chances["青"], abs=1e-5)


@pytest.mark.parametrize(
    ("name", "description", "code"),
    [
        ("赤", "red again", "onsite.class_exists"),
        ("", "words", "onsite.class_incomplete"),
        ("紫", "  ", "onsite.class_incomplete"),
        ("紫", "very " * 80 + "purple", "methods.too_long_description"),
    ],
)
def test_a_class_that_cannot_be_added_is_refused(
    predictor: Predictor, name: str, description: str, code: str
) -> None:
    with pytest.raises(Problem) as caught:
        predictor.add_class(name, description)
    assert caught.value.code == code
    assert predictor.class_names == tuple(COLOURS)


def test_another_backbone_is_refused(exported: Exported) -> None:
    with pytest.raises(Problem) as caught:
        Predictor(open_package(exported.package), tiny_backbone(seed=5))
    assert caught.value.code == "package.other_backbone"


def test_without_its_backbone_a_package_says_what_it_needs(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    with pytest.raises(Problem) as caught:
        open_predictor(exported.package)
    assert (caught.value.code, caught.value.data) == ("package.no_backbone", {"backbone": "tiny"})


def serve(exported: Exported, *requests: dict[str, object]) -> list[Event]:
    """Everything the service tells on these requests, until it is told to stop."""
    commands = Commands()
    told: list[Event] = []

    def emit(event: Event) -> None:
        told.append(event)
        if isinstance(event, Progress):
            for request in requests:
                commands.request(request)
        if isinstance(event, Predicted | PredictionFailed) and event.request == 99:
            commands.give("stop")

    job = PredictJob(run=str(exported.home), package=str(exported.package), device="cpu")
    with pytest.raises(Halt) as caught:
        run_predict(job, emit, commands)
    assert caught.value.kind == "stop"
    return told


END: dict[str, object] = {"request": 99, "photos": ["none.jpg"]}


def test_the_service_loads_once_and_answers_each_request(exported: Exported, tmp_path: Path) -> None:
    odd = f"{exported.photos[0].parent}//{exported.photos[0].name}"
    told = serve(exported, {"request": 1, "photos": [odd, "none.jpg"]}, {"request": 2, "photos": [odd]}, END)
    assert [type(event) for event in told[:2]] == [Stage, Progress]
    first, missing, second, _ = told[2:]
    assert isinstance(first, Predicted)
    assert isinstance(second, Predicted)
    assert (first.request, first.photo, second.request) == (1, odd, 2), (
        "photos are named as they were asked for"
    )
    assert first.ranking == second.ranking
    assert isinstance(missing, PredictionFailed)
    assert (missing.photo, missing.code) == ("none.jpg", "photos.missing")


def test_the_service_adds_a_class_or_says_why_not(exported: Exported) -> None:
    photo = [str(exported.photos[0])]
    purple = {"name": "紫", "description": "purple part"}
    told = serve(
        exported,
        {"request": 1, "add_class": purple, "photos": photo},
        {"request": 2, "add_class": purple, "photos": photo},
        END,
    )
    offered, judged, refused, _ = told[2:]
    assert isinstance(offered, ClassAdded) and (offered.request, offered.name) == (1, "紫")
    assert isinstance(judged, Predicted)
    assert "紫" in dict(judged.ranking)
    assert isinstance(refused, PredictionFailed)
    assert (refused.request, refused.photo, refused.code) == (2, "", "onsite.class_exists")


def test_the_monitor_of_the_window_remembers_every_photo_with_its_features(exported: Exported) -> None:
    serve(exported, {"request": 1, "photos": [str(path) for path in exported.photos[:3]]}, END)
    monitor = open_monitor(open_package(exported.package), WINDOW)
    seen = {row.photo: row for row in monitor.book.candidates(100)}
    assert {str(path) for path in exported.photos[:3]} <= set(seen)
    features = np.frombuffer(seen[str(exported.photos[0])].features, np.float16)
    assert features.shape == (open_package(exported.package).manifest.backbone.embed_dim,)
    assert np.linalg.norm(features.astype(float)) == pytest.approx(1, abs=2e-3)
    monitor.close()


def test_a_source_that_is_not_there_is_answered(exported: Exported, tmp_path: Path) -> None:
    told = serve(exported, {"request": 1, "source": str(tmp_path / "none")}, END)
    assert isinstance(told[2], PredictionFailed)
    assert (told[2].photo, told[2].code) == ("", "onsite.folder_missing")


@pytest.mark.parametrize(
    "request_line", [{}, {"request": "x"}, {"request": 1, "photos": "a.jpg"}, {"request": 1, "speed": 3}]
)
def test_a_request_that_makes_no_sense_is_answered(
    exported: Exported, request_line: dict[str, object]
) -> None:
    told = serve(exported, request_line, END)
    assert isinstance(told[2], PredictionFailed)
    assert told[2].code == "onsite.bad_request"
    assert json.dumps(told[2].data)


def test_the_service_refuses_a_spoiled_package(exported: Exported, tmp_path: Path) -> None:
    spoiled = tmp_path / "x.hkd"
    shutil.copy(exported.package, spoiled)
    spoiled.write_bytes(spoiled.read_bytes()[:-30])
    with pytest.raises(Problem) as caught:
        run_predict(PredictJob(run=str(tmp_path), package=str(spoiled)), lambda event: None, Commands())
    assert caught.value.code == "package.truncated"
