"""Pixels and tokens on disk: what a batch shows is what the photo is; files may vanish or be spoiled."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise
from core.methods.build import build_method
from core.methods.class_text import class_texts
from core.methods.protocol import PIXELS, Needs
from core.photos.decode import open_photo
from core.problems import Problem
from core.project.revision import DataRevision
from core.training import features
from core.training.chunks import Source, plain_chunks, source_of, view_chunks
from core.training.features import FeatureStore, StoredViews
from core.training.lessons import Lessons
from core.training.photos import see
from core.training.seen import Encoder, judged_at_once
from core.training.views import ViewRecipe
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import tiny_revision

RECIPE = ViewRecipe(seed=1, smallest_crop=0.5, flip=True)
VIEWS = 3
HIDDEN = Needs("hidden", block=1)
PHOTOS, SHOWN = torch.tensor([3, 0, 7]), torch.tensor([0, 2, 1])


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def revision(tmp_path_factory: pytest.TempPathFactory) -> DataRevision:
    return tiny_revision(tmp_path_factory.mktemp("photos"))


def _sources(revision: DataRevision) -> list[Source]:
    return [source_of(revision, photo) for photo in revision.photos[:9]]


def _store(backbone: Backbone, folder: Path, needs: Needs, sources: list[Source]) -> FeatureStore:
    store = FeatureStore(backbone, RECIPE, folder, needs=needs)
    for _ in store.compute([*plain_chunks(sources), *view_chunks(sources, VIEWS)]):
        pass
    return store


def _pixels(backbone: Backbone, sources: list[Source]) -> torch.Tensor:
    """The views asked for, drawn by hand."""
    to = backbone.preprocessing
    drawn = []
    for photo, view in zip(PHOTOS.tolist(), SHOWN.tolist(), strict=True):
        image = open_photo(sources[photo].path, at_least=RECIPE.at_least(to.image_size))
        drawn.append(RECIPE.draw(image, sources[photo].identity, view, to))
    return torch.from_numpy(normalise(np.stack(drawn), to))


def _spoil(folder: Path, how: int) -> None:
    for path in folder.rglob("*.npy"):
        content = path.read_bytes()
        path.unlink() if how == 0 else path.write_bytes([b"", content[:100], content[:-40]][how - 1])


def test_pixels_of_a_batch_are_those_of_its_photos(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = _sources(revision)
    views = StoredViews(_store(backbone, tmp_path, PIXELS, sources), sources, VIEWS)
    assert views.shape == (9, VIEWS)
    assert torch.equal(views[PHOTOS, SHOWN], _pixels(backbone, sources))


@pytest.mark.parametrize("most", [1 << 30, 0])
def test_tokens_are_those_of_the_frozen_blocks_kept_or_computed_anew(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(features, "MOST_TOKEN_BYTES", most)
    sources = _sources(revision)
    views = StoredViews(_store(backbone, tmp_path, HIDDEN, sources), sources, VIEWS)
    wanted = backbone.image.hidden(_pixels(backbone, sources), 1)
    assert torch.allclose(views[PHOTOS, SHOWN], wanted, atol=1e-5)
    assert (tmp_path / "tokens").exists() == bool(most)


@pytest.mark.parametrize("how", range(4))
@pytest.mark.parametrize("needs", [PIXELS, HIDDEN])
def test_files_that_vanish_or_are_spoiled_are_made_anew(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, needs: Needs, how: int
) -> None:
    sources = _sources(revision)
    views = StoredViews(_store(backbone, tmp_path, needs, sources), sources, VIEWS)
    before = views[PHOTOS, SHOWN]
    _spoil(tmp_path, how)
    assert torch.equal(views[PHOTOS, SHOWN], before)
    again = StoredViews(_store(backbone, tmp_path, needs, sources), sources, VIEWS)
    assert torch.equal(again[PHOTOS, SHOWN], before)


def test_a_photo_that_is_gone_with_its_file_is_named(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    path = tmp_path / "gone.png"
    path.write_bytes(_sources(revision)[0].path.read_bytes())
    source = Source(path, "a" * 64)
    views = StoredViews(_store(backbone, tmp_path / "cache", PIXELS, [source]), [source], VIEWS)
    path.unlink()
    _spoil(tmp_path / "cache", 0)
    with pytest.raises(Problem) as caught:
        views[torch.tensor([0]), torch.tensor([1])]
    assert caught.value.code == "photos.missing"


def test_a_photo_that_cannot_be_opened_leaves_its_neighbours(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = [*_sources(revision), Source(tmp_path / "gone.png", "f" * 64)]
    views = StoredViews(_store(backbone, tmp_path / "cache", PIXELS, sources), sources, VIEWS)
    assert torch.equal(views[PHOTOS, SHOWN], _pixels(backbone, sources))


def test_teacher_features_are_those_of_the_same_views(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = _sources(revision)
    store = _store(backbone, tmp_path, Needs("pixels", teacher=True), sources)
    lessons = Lessons(
        StoredViews(store, sources, VIEWS),
        torch.arange(9) % 2,
        torch.from_numpy(store.views(sources, VIEWS)),
    )
    batch = lessons.batch(torch.tensor([4, 1]), 5)
    assert batch.teacher is not None
    assert torch.allclose(backbone.image_features(batch.inputs), batch.teacher, atol=1e-4)


def test_what_lies_on_disk_is_shown_at_the_start_by_a_few_of_every_class() -> None:
    class _Disk:
        shape = (1000, 1)

        def __getitem__(self, at: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
            return at[0].float()

    labels = torch.arange(1000) // 100
    shown = Lessons(_Disk(), labels).as_judged()  # type: ignore[arg-type]
    counts = torch.bincount(shown.labels, minlength=10)
    assert len(shown.labels) == 64
    assert int(counts.max() - counts.min()) <= 1
    assert torch.equal(labels[shown.inputs.long()], shown.labels)


@pytest.mark.parametrize("composition", ["vpt-deep", "clip-adapter"])
def test_a_methods_own_features_do_not_depend_on_how_many_are_run_at_once(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, composition: str
) -> None:
    method = build_method(composition, {}, backbone, class_texts(revision, revision.base), seed=1)
    store = FeatureStore(backbone, RECIPE, tmp_path, needs=method.needs)
    seen = see(revision, revision.photos[:9], store)
    at_once = judged_at_once(method.needs)
    whole = Encoder(method, at_once)(seen)
    at_once.rows = 2
    assert np.allclose(Encoder(method, at_once)(seen), whole, atol=1e-4)


def test_encoding_backs_off_when_torch_really_gets_no_memory(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both while the cache is built and while a method encodes: more than four photos ask for absurd room."""
    run = type(backbone.image).features_from

    def greedy(tower: object, tokens: torch.Tensor, *rest: object) -> torch.Tensor:
        if len(tokens) > 4:
            torch.empty(1 << 60, dtype=torch.uint8)
        return run(tower, tokens, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(type(backbone.image), "features_from", greedy)
    told: list[int] = []
    method = build_method("vpt-shallow", {}, backbone, class_texts(revision, revision.base), seed=1)
    store = FeatureStore(backbone, RECIPE, tmp_path, needs=PIXELS, tell_divided=told.append)
    seen = see(revision, revision.photos[:20], store)
    found = Encoder(method, judged_at_once(method.needs, told.append))(seen)
    assert len(found) == 20
    assert told
    assert max(told) <= 10
    monkeypatch.undo()
    assert np.allclose(found, Encoder(method, judged_at_once(method.needs))(seen), atol=1e-4)


def test_no_room_for_one_photo_is_a_problem(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backbone, "image_features", lambda _: torch.empty(1 << 60, dtype=torch.uint8))
    with pytest.raises(Problem) as caught:
        _store(backbone, tmp_path, PIXELS, _sources(revision))
    assert caught.value.code == "training.out_of_memory"
