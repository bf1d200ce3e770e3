"""Learning from a features file is learning from the photos, to the bit; what needs pixels is refused."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.evaluation.run import evaluate
from core.features.file import open_features, save_features
from core.features.shown import backbone_for, shown_as_in
from core.insight.run import look_into
from core.methods.catalogue import compositions, parse_composition
from core.methods.configs.recipe import RecipeConfig
from core.methods.presets import resolve_preset
from core.package.export import export_run
from core.package.options import ExportOptions
from core.package.verify import verify_package
from core.problems import Problem
from core.training.artefact import read_artefact
from core.training.commands import Commands
from core.training.loop import train
from core.training.result import TrainResult
from core.training.run import Run
from core.training.served import check_views
from tests.core.features.tiny_features import AS_QUICK, run_on, tiny_features
from tests.core.tiny_backbone import NAME
from tests.core.tiny_run import QUICK, tiny_revision, tiny_run

FROM_FEATURES = (
    "zero-shot",
    "linear-probe",
    "tip-adapter-f",
    "clip-adapter",
    "coop",
    "cocoop",
    "kgcoop",
    "tcp",
    "prograd",
    "dept(coop)",
    "npt(coop)",
)
WITH_PIXELS = ("vpt-deep", "maple", "promptsrc", "lora", "full", "pt-peft(lora)", "dept(vpt-shallow)")


def silent(event: object) -> None:
    """Nobody listens."""


@contextmanager
def refusal(code: str) -> Iterator[None]:
    """What is done inside is refused with this code."""
    with pytest.raises(Problem) as refused:
        yield
    assert refused.value.code == code


def found(result: TrainResult) -> dict[str, object]:
    """What a run found: all but how long it took and what its photos are called."""
    told = result.model_dump(exclude={"revision", "sample", "stages_s"})
    told["predictions"] = sorted(tuple(v for k, v in p.items() if k != "photo") for p in told["predictions"])
    return told


@pytest.mark.parametrize("composition", FROM_FEATURES)
def test_the_result_is_that_of_the_photos_to_the_bit(composition: str, tmp_path: Path) -> None:
    by_epochs = parse_composition(composition).learns == "by_epochs"
    of_photos = tiny_run(tmp_path / "run", composition, QUICK if by_epochs else {})
    from_photos = train(of_photos, silent)
    path = tmp_path / "f.features"
    file = tiny_features(path, AS_QUICK if by_epochs else replace(AS_QUICK, views=RecipeConfig().views))
    shutil.rmtree(tmp_path / "photos")
    of_features = run_on(path, file, tmp_path / "run2", composition)
    from_features = train(of_features, silent)
    assert found(from_features) == found(from_photos)
    wanted, learned = read_artefact(of_photos)[1], read_artefact(of_features)[1]
    assert wanted.keys() == learned.keys()
    assert all(torch.equal(wanted[name], learned[name]) for name in wanted)


def test_few_shots_are_drawn_when_the_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path, replace(AS_QUICK, shots=2))
    assert len(file.views) == 4, "two classes are learned"
    assert file.revision.counts("train") == [2, 2, 0, 0]
    assert file.revision.counts("val") == [3, 3, 3, 3]
    assert file.revision.counts("test") == [4, 4, 4, 4]


@pytest.mark.parametrize("composition", WITH_PIXELS)
def test_what_needs_pixels_is_refused_and_says_so(composition: str, tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    with pytest.raises(Problem) as refused:
        train(run_on(path, tiny_features(path), tmp_path / "run", composition), silent)
    assert refused.value.code == "features.needs_pixels"
    assert "pixels" in str(refused.value)
    assert composition in str(refused.value)


def test_a_package_is_made_without_a_photo(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    run = run_on(path, tiny_features(path), tmp_path / "run")
    shutil.rmtree(tmp_path / "photos")
    train(run, silent)
    report = export_run(run, tmp_path / "out.hkd")
    assert report.verified
    checked = verify_package(report.package)
    assert (checked.ok, checked.checked) == (True, 32)
    alone = export_run(run, tmp_path / "alone.hkd", options=ExportOptions(onnx=True)).alone
    assert alone is not None
    assert alone.photos == 0, "it was compared on its own check pictures only"
    with pytest.raises(Problem) as refused:
        export_run(run, tmp_path / "quick.hkd", options=ExportOptions(quantise=True))
    assert refused.value.code == "package.nothing_to_quantise_on"


def rounded(figures: object) -> object:
    """Any JSON with its fractions at six digits."""
    return json.loads(json.dumps(figures), parse_float=lambda text: round(float(text), 6))


def test_a_run_is_measured_on_the_file_as_on_the_photos(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    run = run_on(path, file, tmp_path / "run")
    train(run, silent)
    on_photos = evaluate(Run(run), tiny_revision(tmp_path / "photos"))
    # The file's photos stand in another order, and float32 sums differ in the last digit.
    assert rounded(evaluate(Run(run), file)) == rounded(on_photos)


def test_a_run_that_needs_pixels_is_not_measured_on_the_file(tmp_path: Path) -> None:
    file = tiny_features(tmp_path / "f.features")
    run = tiny_run(tmp_path / "run", "vpt-shallow", backbone=NAME)
    train(run, silent)
    with refusal("features.needs_pixels"):
        evaluate(Run(run), file)


def test_another_file_in_its_place_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    run = run_on(path, tiny_features(path), tmp_path / "run")
    tiny_features(path)
    with refusal("features.changed"):
        train(run, silent)
    path.unlink()
    with refusal("features.missing"):
        train(run, silent)


def test_a_file_made_by_another_backbone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    other = replace(file, about=file.about.model_copy(update={"backbone_sha256": "0" * 64}))
    save_features(path, other)
    with refusal("features.other_backbone"):
        train(run_on(path, other, tmp_path / "run"), silent)
    with refusal("features.no_backbone"):
        backbone_for(other)
    assert backbone_for(file) == file.about.backbone


def test_views_that_the_file_lacks_are_refused(tmp_path: Path) -> None:
    file = tiny_features(tmp_path / "f.features")
    recipe = RecipeConfig(smallest_crop=0.5, flip=True)
    check_views(file, 3, recipe)
    check_views(file, 1, RecipeConfig(smallest_crop=1.0, flip=False))
    for views, other in ((4, recipe), (3, RecipeConfig(smallest_crop=0.4)), (3, RecipeConfig(flip=False))):
        with refusal("features.other_views"):
            check_views(file, views, other)


def test_presets_show_photos_as_the_file_has_them(tmp_path: Path) -> None:
    file = tiny_features(tmp_path / "f.features", replace(AS_QUICK, smallest_crop=0.25, flip=False))
    shown = shown_as_in(file, resolve_preset("coop"))
    assert (shown["training.views"], shown["training.smallest_crop"], shown["training.flip"]) == (
        3,
        0.25,
        False,
    )
    assert shown.keys() >= resolve_preset("coop").hyper.keys()
    assert shown_as_in(file, resolve_preset("zero-shot")) == resolve_preset("zero-shot").hyper
    assert shown_as_in(file, resolve_preset("linear-probe")) == resolve_preset("linear-probe").hyper


def test_what_learns_at_once_takes_all_views_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    few = tiny_features(path, replace(AS_QUICK, views=2, flip=False))
    assert train(run_on(path, few, tmp_path / "run", "linear-probe"), silent).trained_parameters > 0


def test_one_view_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    tiny_features(path, replace(AS_QUICK, views=1))
    file = open_features(path)
    assert file.views.shape == (12, 0, 24)
    result = train(run_on(path, file, tmp_path / "run", "coop", **{"training.views": 1}), silent)
    assert result.steps > 0


def test_the_compositions_are_those_that_there_are() -> None:
    assert {*FROM_FEATURES, *WITH_PIXELS} <= {str(composition) for composition in compositions()}


@pytest.mark.slow
def test_a_run_on_features_is_looked_into_as_one_on_photos(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    run = Run(run_on(path, file, tmp_path / "run", "coop"))
    train(run.folder, silent)
    on_photos = look_into(run, tiny_revision(tmp_path / "photos"), silent, Commands())
    shutil.rmtree(tmp_path / "photos")
    on_features = look_into(run, run.revision, silent, Commands())
    assert on_features.photos == on_photos.photos
    assert on_features.texts == on_photos.texts
    assert on_features.images is not None and on_photos.images is not None
    assert on_features.images.after.effective_rank == pytest.approx(
        on_photos.images.after.effective_rank, rel=1e-5
    )
