"""The features cache: computed once, the same bits whatever was cached before, never trusted blindly."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backbones.clip import Backbone
from core.project.revision import DataRevision
from core.training.chunks import CHUNK_ROWS, Source, plain_chunks, source_of, view_chunks
from core.training.features import FeatureStore
from core.training.views import ViewRecipe
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import tiny_revision

RECIPE = ViewRecipe(seed=1, smallest_crop=0.5, flip=True)
IDENTITIES = st.lists(st.text("0123456789abcdef", min_size=8, max_size=8), unique=True)


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def revision(tmp_path_factory: pytest.TempPathFactory) -> DataRevision:
    return tiny_revision(tmp_path_factory.mktemp("photos"))


def _sources(revision: DataRevision) -> list[Source]:
    return [source_of(revision, photo) for photo in revision.photos]


def _compute(store: FeatureStore, sources: list[Source], views: int = 3) -> np.ndarray:
    for _ in store.compute([*plain_chunks(sources), *view_chunks(sources, views)]):
        pass
    return store.views(sources, views)


@given(IDENTITIES)
def test_every_photo_is_in_one_chunk(identities: list[str]) -> None:
    chunks = plain_chunks([Source(Path(identity), identity) for identity in identities])
    rows = [source.identity for chunk in chunks for source, _ in chunk.rows]
    assert sorted(rows) == sorted(identities)
    assert all(0 < len(chunk.rows) <= CHUNK_ROWS for chunk in chunks)


@given(IDENTITIES, IDENTITIES)
def test_chunks_do_not_depend_on_the_order_of_photos(some: list[str], more: list[str]) -> None:
    sources = [Source(Path(i), i) for i in dict.fromkeys(some + more)]
    assert plain_chunks(sources) == plain_chunks(sources[::-1])


def test_a_further_photo_moves_few_chunks() -> None:
    rng = np.random.default_rng(0)
    sources = [Source(Path(), rng.bytes(8).hex()) for _ in range(1000)]
    before, after = set(plain_chunks(sources[1:])), set(plain_chunks(sources))
    assert len(after - before) <= 3


@given(st.integers(1, 100))
def test_views_besides_the_plain_one_are_each_in_one_chunk(views: int) -> None:
    chunks = view_chunks([Source(Path(), "a"), Source(Path(), "b")], views)
    rows = [(source.identity, view) for chunk in chunks for source, view in chunk.rows]
    assert sorted(rows) == [(identity, view) for identity in "ab" for view in range(1, views)]


def test_a_second_time_nothing_is_computed_and_the_bits_are_equal(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = _sources(revision)
    first = _compute(FeatureStore(backbone, RECIPE, tmp_path), sources)
    again = FeatureStore(backbone, RECIPE, tmp_path)
    monkeypatch.setattr(again, "draw", lambda _: pytest.fail("computed again"))
    assert np.array_equal(_compute(again, sources), first)


def test_an_interrupted_computation_goes_on_to_the_same_bits(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = _sources(revision)
    whole = _compute(FeatureStore(backbone, RECIPE, tmp_path / "whole"), sources)
    partial = FeatureStore(backbone, RECIPE, tmp_path / "partial")
    steps = partial.compute([*plain_chunks(sources), *view_chunks(sources, 3)])
    for _ in range(5):
        next(steps)
    steps.close()
    assert np.array_equal(_compute(FeatureStore(backbone, RECIPE, tmp_path / "partial"), sources), whole)


def test_spoiled_files_are_computed_again(backbone: Backbone, revision: DataRevision, tmp_path: Path) -> None:
    sources = _sources(revision)
    first = _compute(FeatureStore(backbone, RECIPE, tmp_path), sources)
    for number, path in enumerate(sorted(tmp_path.rglob("*.safetensors"))):
        content = path.read_bytes()
        path.write_bytes([b"", content[:20], content[::-1]][number % 3])
    assert np.array_equal(_compute(FeatureStore(backbone, RECIPE, tmp_path), sources), first)


def test_features_of_another_backbone_are_not_taken(revision: DataRevision, tmp_path: Path) -> None:
    sources = _sources(revision)[:4]
    one, other = (_compute(FeatureStore(tiny_backbone(seed), RECIPE, tmp_path), sources) for seed in (0, 1))
    assert not np.allclose(one, other)


def test_other_views_are_not_taken_but_plain_ones_are(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = _sources(revision)[:4]
    one = _compute(FeatureStore(backbone, RECIPE, tmp_path), sources)
    other = _compute(FeatureStore(backbone, ViewRecipe(2, 0.5, True), tmp_path), sources)
    assert np.array_equal(one[:, 0], other[:, 0])
    assert not np.array_equal(one[:, 1], other[:, 1])


def test_a_photo_that_cannot_be_opened_is_noted_and_not_remembered(
    backbone: Backbone, revision: DataRevision, tmp_path: Path
) -> None:
    sources = _sources(revision)[:6]
    gone = Source(tmp_path / "gone.png", "f" * 64)
    store = FeatureStore(backbone, RECIPE, tmp_path / "cache")
    for _ in store.compute([*plain_chunks([*sources, gone]), *view_chunks([*sources, gone], 3)]):
        pass
    assert {entry.photo for entry in store.unreadable} == {str(gone.path)}
    assert not store.has(gone)
    assert all(store.has(source) for source in sources)
    (tmp_path / "gone.png").write_bytes(sources[0].path.read_bytes())
    back = FeatureStore(backbone, RECIPE, tmp_path / "cache")
    _compute(back, [*sources, gone])
    assert back.has(gone)


def test_memory_running_out_halves_what_is_run_at_once(
    backbone: Backbone, revision: DataRevision, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = _sources(revision)
    wanted = _compute(FeatureStore(backbone, RECIPE, tmp_path / "a"), sources)
    small = FeatureStore(backbone, RECIPE, tmp_path / "b")
    encode = small._encode

    def short_of_memory(pixels: np.ndarray) -> np.ndarray:
        if len(pixels) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")
        return encode(pixels)

    monkeypatch.setattr(small, "_encode", short_of_memory)
    assert np.allclose(_compute(small, sources), wanted, atol=1e-5)
