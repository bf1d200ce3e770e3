"""The assist worker with a tiny backbone: what it saw is kept, what it is asked is read first, a cut is no loss."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from core.assist import service
from core.assist.photo_list import save_photos
from core.assist.words import key_of, scale_of, texts_cache
from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise, preprocess_photo
from core.files import sha256_file
from core.photos.decode import open_photo
from core.photos.embeddings import embeddings_stamp, read_embeddings
from core.problems import Problem
from core.training.commands import Commands, Halt
from core.training.events import Event, Progress, WordsRead
from core.training.job import AssistJob, load_job, save_job
from tests.core.tiny_backbone import tiny_backbone

COLOURS = [(200, 20, 20), (20, 200, 20), (20, 20, 200), (90, 90, 90), (240, 240, 20)]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(autouse=True)
def _in_this_process(backbone: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "load_backbone", lambda *_: backbone)
    monkeypatch.setattr(service, "_let_others_first", lambda: None)
    monkeypatch.setattr(service, "_IDLE_S", 0.0)
    monkeypatch.setattr(service, "AT_ONCE", 2)


@pytest.fixture
def photos(tmp_path: Path) -> list[tuple[str, str]]:
    listed = []
    for number, colour in enumerate(COLOURS):
        path = tmp_path / f"写真 {number}.png"
        Image.new("RGB", (40, 30), colour).save(path)
        listed.append((sha256_file(path), str(path)))
    return listed


def job_on(tmp_path: Path, photos: list[tuple[str, str]]) -> AssistJob:
    run = tmp_path / "run"
    run.mkdir(exist_ok=True)
    save_photos(run, photos)
    job = AssistJob(run=str(run), cache=str(tmp_path / "cache"), device="cpu")
    assert load_job(save_job(job)) == job
    return job


def test_photos_are_seen_as_the_backbone_sees_them(
    tmp_path: Path, photos: list[tuple[str, str]], backbone: Backbone
) -> None:
    events: list[Event] = []
    service.run_assist(job_on(tmp_path, photos), events.append, Commands())
    kept = read_embeddings(tmp_path / "cache", backbone.card.sha256)
    assert kept is not None and set(kept.hashes) == {sha256 for sha256, _ in photos}
    pictures = [preprocess_photo(open_photo(Path(path)), backbone.preprocessing) for _, path in photos]
    with torch.no_grad():
        features = backbone.image_features(
            torch.from_numpy(normalise(np.stack(pictures), backbone.preprocessing))
        )
    wanted = torch.nn.functional.normalize(features, dim=1).numpy()
    assert np.allclose(kept.of([sha256 for sha256, _ in photos]), wanted, atol=2e-3)
    last = [event for event in events if isinstance(event, Progress)][-1]
    assert (last.done, last.total) == (5, 5)


def test_a_photo_that_cannot_be_opened_is_passed_over(tmp_path: Path, photos: list[tuple[str, str]]) -> None:
    Path(photos[1][1]).write_bytes(b"spoiled")
    service.run_assist(job_on(tmp_path, photos), lambda _: None, Commands())
    kept = read_embeddings(tmp_path / "cache")
    assert kept is not None and set(kept.hashes) == {sha for sha, _ in photos} - {photos[1][0]}


def test_what_was_seen_is_not_seen_again(
    tmp_path: Path, photos: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    service.run_assist(job_on(tmp_path, photos[:3]), lambda _: None, Commands())
    opened: list[Path] = []
    open_photo_really = service.open_photo
    monkeypatch.setattr(
        service, "open_photo", lambda path, **how: (opened.append(path), open_photo_really(path, **how))[1]
    )
    service.run_assist(job_on(tmp_path, photos), lambda _: None, Commands())
    assert {str(path) for path in opened} == {path for _, path in photos[3:]}
    stamp = embeddings_stamp(tmp_path / "cache")
    service.run_assist(job_on(tmp_path, photos), lambda _: None, Commands())
    assert embeddings_stamp(tmp_path / "cache") == stamp


def test_cut_off_in_the_middle_it_keeps_what_it_saw(tmp_path: Path, photos: list[tuple[str, str]]) -> None:
    commands = Commands()
    seen = 0
    encode = service.FeatureStore.encode

    def encode_and_lose_the_window(store: service.FeatureStore, pixels: np.ndarray) -> np.ndarray:
        nonlocal seen
        seen += 1
        commands.parent_gone()
        return encode(store, pixels)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Halt):
        patch.setattr(service.FeatureStore, "encode", encode_and_lose_the_window)
        service.run_assist(job_on(tmp_path, photos), lambda _: None, commands)
    kept = read_embeddings(tmp_path / "cache")
    assert seen == 1 and kept is not None and set(kept.hashes) == {sha for sha, _ in photos[:2]}


def test_a_project_that_forgets_its_photos_meanwhile_keeps_nothing_of_them(
    tmp_path: Path, photos: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_on(tmp_path, photos)
    encode = service.FeatureStore.encode

    def encode_while_all_is_swept(store: service.FeatureStore, pixels: np.ndarray) -> np.ndarray:
        shutil.rmtree(job.run, ignore_errors=True)
        shutil.rmtree(job.cache, ignore_errors=True)
        return encode(store, pixels)

    monkeypatch.setattr(service.FeatureStore, "encode", encode_while_all_is_swept)
    service.run_assist(job, lambda _: None, Commands())
    assert not Path(job.cache).exists()


def test_words_are_read_before_the_photos_and_kept(
    tmp_path: Path, photos: list[tuple[str, str]], backbone: Backbone
) -> None:
    commands, events = Commands(), list[Event]()
    commands.request({"request": 7, "words": ["red bolt", "steel nut"]})
    service.run_assist(job_on(tmp_path, photos), events.append, commands)
    places = [type(event) for event in events]
    assert places.index(WordsRead) < places.index(Progress)
    assert next(event for event in events if isinstance(event, WordsRead)) == WordsRead(
        request=7, time=next(event.time for event in events if isinstance(event, WordsRead))
    )
    kept = read_embeddings(texts_cache(tmp_path / "cache"), backbone.card.sha256)
    with torch.no_grad():
        feature = backbone.text_features(backbone.tokenize(["a photo of a red bolt."]))
    assert kept is not None
    wanted = torch.nn.functional.normalize(feature, dim=1).numpy()
    assert np.allclose(kept.of([key_of("red bolt")]), wanted, atol=2e-3)
    assert scale_of(tmp_path / "cache", backbone.card.sha256) == pytest.approx(backbone.logit_scale)


@pytest.mark.parametrize(
    ("request_", "number", "code"),
    [
        ({"request": 3, "words": 5}, 3, "assist.bad_request"),
        ({"words": ["a"]}, -1, "assist.bad_request"),
        ({"request": 4, "words": ["bolt " * 200]}, 4, "methods.too_long_description"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_rest_goes_on(
    tmp_path: Path, photos: list[tuple[str, str]], request_: dict[str, object], number: int, code: str
) -> None:
    commands, events = Commands(), list[Event]()
    commands.request(request_)
    commands.request({"request": 9, "words": ["a nut"]})
    service.run_assist(job_on(tmp_path, photos), events.append, commands)
    told = [(event.request, event.code) for event in events if isinstance(event, WordsRead)]
    assert told == [(number, code), (9, "")]


def test_a_list_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    job = job_on(tmp_path, [])
    (tmp_path / "run" / "photos.json").write_text("[1, 2]")
    with pytest.raises(Problem) as caught:
        service.run_assist(job, lambda _: None, Commands())
    assert caught.value.code == "assist.no_list"
