"""The search in a project that keeps features in place of photos: it tries what needs no pixels, by the file alone."""

from pathlib import Path

import pytest

from core.features.file import FeaturesFile, open_features
from core.methods.catalogue import parse_composition
from core.methods.presets import Preset, load_presets, resolve_preset
from core.search import run as search_run
from core.search.presets import presets_for
from core.search.run import SEARCH_FOLDER
from core.search.study import Study
from core.training import served
from core.training.loop import train
from core.training.run import Run
from tests.core.features.tiny_features import run_in, tiny_project
from tests.core.search.test_run import CountingClock
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import QUICK


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A search among a few quick ways, one of which needs pixels; the photos are nowhere."""
    texts = resolve_preset("coop").texts
    quick = [Preset(name, name, dict(QUICK), texts, order=0) for name in ("coop", "lora")]
    ways = [resolve_preset("automatic"), resolve_preset("zero-shot"), resolve_preset("nearest-mean"), *quick]
    monkeypatch.setattr(search_run, "load_presets", lambda: ways)
    monkeypatch.setattr(search_run, "Clock", CountingClock)
    with tiny_project(tmp_path, held_back=1) as project:
        folder = run_in(project, "automatic", **{"automatic.budget_minutes": 9.0})
    (tmp_path / "photos").rename(tmp_path / "not here")
    return Run(folder)


def test_what_needs_pixels_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    with tiny_project(tmp_path) as project:
        file = open_features(project.features_file)
    offered = presets_for(load_presets(), file, tiny_backbone(), file.revision)
    possible = {
        preset.name
        for preset in load_presets()
        if not preset.parsed.needs_pixels and preset.name != "automatic"
    }
    assert set(offered) == possible


def test_it_chooses_and_trains_by_the_file_alone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def noting(path: Path) -> FeaturesFile:
        opened.append(path)
        return open_features(path)

    monkeypatch.setattr(served, "open_features", noting)
    result = train(run.folder, lambda _event: None)
    with Study(run.folder / SEARCH_FOLDER, 1) as study:
        tried = {way.preset for way in study.ways.values()}
    assert tried == {"zero-shot", "nearest-mean", "coop"}
    assert result.preset == "automatic" and result.composition in tried
    assert not parse_composition(result.composition).needs_pixels
    assert result.metrics["tuned"].base is not None
    assert len(opened) == 2, "once for all tries, once for the training"


def test_it_finds_its_file_in_a_project_that_was_moved(run: Run, tmp_path: Path) -> None:
    run.folder.parents[1].rename(tmp_path / "moved")
    result = train(tmp_path / "moved" / "runs" / run.folder.name, lambda _event: None)
    assert result.decisions[0].code == "search.chosen"
