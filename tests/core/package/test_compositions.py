"""Whatever can be learned can be exported, judges on site as it did at home, and takes up new classes there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from core.backbones.clip import Backbone
from core.backbones.preprocess import preprocess_photo
from core.evaluation.union import calibrated
from core.methods.build import build_method
from core.methods.catalogue import compositions
from core.methods.class_text import ClassText
from core.methods.classifier import Array
from core.methods.protocol import Batch, Method, run_beforehand
from core.onsite.answers import Prediction
from core.onsite.predictor import open_predictor
from core.package import export
from core.package.archive import CARD, HEAD, TEXT_FEATURES, Package, open_package, write_package
from core.package.classifier import TEXT_TENSOR, needs_backbone
from core.package.export import export_run
from core.package.forms import CacheForm, CosineForm, FusedForm
from core.package.model import image_features
from core.package.story import package_words
from core.package.verify import TOLERANCE, run_check, verify_package
from core.photos.decode import open_photo
from core.problems import Problem
from core.training.artefact import ArtefactInfo, Tuned, open_artefact, save_artefact
from core.training.job import DATA_FILE, HyperValue
from core.training.run import Run
from tests.core.exported import Exported, exported_once
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import COLOURS, WORDS

LEARNED = [ClassText(name, words) for name, words in zip(list(COLOURS)[:2], WORDS[:2], strict=True)]
ADDED = ClassText("紫", "purple part")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Exported:
    """A run that was trained, on this PC; its result serves every composition."""
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def learned(composition: str, backbone: Backbone, hyper: dict[str, HyperValue] | None = None) -> Method:
    """A method that learned something; what, does not matter here."""
    method = build_method(composition, hyper or {}, backbone, LEARNED, seed=1)
    generator = torch.Generator().manual_seed(5)
    labels = torch.tensor([0, 1, 1, 0, 1])
    pixels = torch.randn(5, 3, 32, 32, generator=generator)
    with torch.no_grad():
        inputs = run_beforehand(backbone, pixels, method.needs)
    if composition in ("linear-probe", "nearest-mean", "tip-adapter"):
        method.fit(inputs[:, None], labels, None)
        return method
    if composition == "tip-adapter-f":
        method.start(Batch(inputs, labels))
    with torch.no_grad():
        for parameter in method.parameters():
            if parameter.requires_grad:
                parameter.add_(0.05 * torch.randn(parameter.shape, generator=generator))
    return method


def lay_out(
    folder: Path,
    home: Exported,
    composition: str,
    method: Method,
    hyper: dict[str, HyperValue] | None = None,
) -> Path:
    """A finished run of that composition."""
    shutil.copytree(home.run.folder, folder)
    run = Run(folder)
    result = home.run.result()
    assert result is not None
    result.model_copy(update={"composition": composition, "preset": composition}).save(folder)
    home.run.revision.save(folder / DATA_FILE)
    info = ArtefactInfo(
        composition=composition,
        hyper=hyper or {},
        backbone=NAME,
        backbone_sha256=result.backbone_sha256,
        classes=tuple((entry.name, entry.words) for entry in LEARNED),
    )
    save_artefact(run.folder, info, method.learned_state())
    return folder


def judged(path: Path, photos: list[Path], *added: ClassText) -> Array:
    """What the package says on site, in the order of its classes."""
    predictor = open_predictor(path, "cpu")
    for entry in added:
        predictor.add_class(entry.name, entry.words)
    found = []
    for answer in predictor.predict(photos):
        assert isinstance(answer, Prediction)
        ranking = dict(answer.ranking)
        found.append([ranking[name] for name in predictor.class_names])
    return np.array(found, dtype=np.float32)


def expected(run: Path, tuned: Tuned, photos: list[Path], *added: ClassText) -> Array:
    """What the run's own method says, on the scale of its result."""
    texts = [ClassText(name, words) for name, words in zip(COLOURS, WORDS, strict=True)]
    pictures = [preprocess_photo(open_photo(p), tuned.backbone.preprocessing) for p in photos]
    result = Run(run).result()
    assert result is not None
    judging = calibrated(tuned.method.classifier([*texts, *added]), result.temperatures)
    return judging.probabilities(image_features(tuned.method, pictures))


@pytest.mark.parametrize(
    ("composition", "hyper"),
    [
        *((str(composition), {}) for composition in compositions()),
        ("coop", {"coop.class_specific": True}),
        ("dept(coop)", {"coop.class_specific": True, "coop.position": "front"}),
    ],
)
def test_every_composition_is_exported_judges_on_site_and_takes_up_a_class(
    home: Exported,
    backbone: Backbone,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    composition: str,
    hyper: dict[str, HyperValue],
) -> None:
    method = learned(composition, backbone, hyper)
    folder = lay_out(tmp_path / "run", home, composition, method, hyper)
    monkeypatch.setattr(export, "_verify_afresh", lambda path: run_check(open_package(path))[0])
    report = export_run(folder, tmp_path / "x.hkd")
    assert report.max_difference <= TOLERANCE
    package = open_package(report.package)
    card, words = package.text(CARD), package_words("ja")
    assert (words["limit_untouched"] in card) == (not method.judges_new)
    tuned, photos = open_artefact(folder), home.photos[::5]
    found = judged(report.package, photos)
    assert found == pytest.approx(expected(folder, tuned, photos), abs=1e-5)
    longer = judged(report.package, photos, ADDED)
    assert longer == pytest.approx(expected(folder, tuned, photos, ADDED), abs=1e-5)
    order = [np.argsort(row) for row in (found[:, :2], longer[:, :2])]
    assert np.array_equal(*order), "among themselves learned classes keep their judging"


@pytest.fixture(scope="module")
def conditional(tmp_path_factory: pytest.TempPathFactory, backbone: Backbone) -> Path:
    """A CoCoOp package, verified by a fresh process as every export is."""
    folder = tmp_path_factory.mktemp("conditional")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIKIDASHI_HOME", str(exported_once().home))
        run = lay_out(folder / "run", exported_once(), "cocoop", learned("cocoop", backbone))
        return export_run(run, folder / "x.hkd").package


def test_texts_that_depend_on_the_photo_are_verified_on_the_backbone(
    home: Exported, conditional: Path
) -> None:
    package = open_package(conditional)
    assert needs_backbone(package.manifest)
    assert package.tensors(TEXT_FEATURES) == {}
    report = verify_package(conditional)
    assert (report.ok, report.backbone, report.notes) == (True, "matches", ())
    assert report.checked > 0


def test_without_the_backbone_such_a_package_says_that_it_was_not_checked(
    conditional: Path, tmp_path: Path
) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "core.cli", "verify", str(conditional), "--json"],
        check=True, capture_output=True, encoding="utf-8", cwd=Path(__file__).parents[3],
        env={**os.environ, "HIKIDASHI_HOME": str(tmp_path)},
    )  # fmt: skip
    told = json.loads(process.stdout.splitlines()[-1])
    assert (told["ok"], told["max_difference"], told["checked"]) == (True, None, 0)
    assert told["backbone"] == "absent"
    assert [note["code"] for note in told["notes"]] == ["package.not_checked"]
    assert NAME in told["notes"][0]["message"]


def test_a_manifest_that_tells_another_way_of_matching_adds_no_class(
    home: Exported, backbone: Backbone, conditional: Path, tmp_path: Path
) -> None:
    package = open_package(conditional)
    contents = {member.name: package.read(member.name) for member in package.manifest.members}
    lies = package.manifest.model_copy(update={"classifier": CosineForm()})
    text = np.ones((4, backbone.embed_dim), np.float32)
    write_package(tmp_path / "x.hkd", lies, contents | {TEXT_FEATURES: save({TEXT_TENSOR: text})})
    predictor = open_predictor(tmp_path / "x.hkd", "cpu")
    with pytest.raises(Problem) as caught:
        predictor.add_class(ADDED.name, ADDED.words)
    assert caught.value.code == "package.bad_manifest"


def test_features_of_another_width_than_the_backbone_gives_are_refused(
    home: Exported, conditional: Path, tmp_path: Path
) -> None:
    package = open_package(conditional)
    contents = {member.name: package.read(member.name) for member in package.manifest.members}
    narrow = package.manifest.backbone.model_copy(update={"embed_dim": 8})
    write_package(tmp_path / "x.hkd", package.manifest.model_copy(update={"backbone": narrow}), contents)
    with pytest.raises(Problem) as caught:
        open_predictor(tmp_path / "x.hkd", "cpu")
    assert caught.value.code == "package.other_backbone"


def spoil(package: Package, path: Path, **tensors: Array) -> Path:
    """The package with other tensors in its head, hashes and all."""
    contents = {member.name: package.read(member.name) for member in package.manifest.members}
    write_package(path, package.manifest, contents | {HEAD: save(tensors)})
    return path


def test_a_memory_of_another_size_than_its_counts_is_refused(
    home: Exported, backbone: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = lay_out(tmp_path / "run", home, "tip-adapter", learned("tip-adapter", backbone))
    monkeypatch.setattr(export, "_verify_afresh", lambda path: run_check(open_package(path))[0])
    package = open_package(export_run(run, tmp_path / "x.hkd").package)
    form = package.manifest.classifier
    assert isinstance(form, FusedForm)
    assert isinstance(form.head, CacheForm)
    assert form.head.counts == (2, 3)
    keys = package.tensors(HEAD)["keys"]
    assert keys.shape == (5, backbone.embed_dim)
    for other in ({}, {"keys": keys[:4]}, {"keys": keys[:, :3].copy()}, {"keys": keys[0]}):
        report = verify_package(spoil(package, tmp_path / "spoiled.hkd", **other))
        assert [problem.code for problem in report.problems] == ["package.bad_tensors"]
        with pytest.raises(Problem):
            open_predictor(tmp_path / "spoiled.hkd", "cpu")
    huge = form.head.model_copy(update={"counts": (10**30, 1)})
    manifest = package.manifest.model_copy(update={"classifier": form.model_copy(update={"head": huge})})
    report = verify_package(spoil(Package(package.path, manifest), tmp_path / "spoiled.hkd", keys=keys))
    assert [problem.code for problem in report.problems] == ["package.bad_tensors"]
    for wild in (keys * np.float32(1e30), keys * 0):
        report = verify_package(spoil(package, tmp_path / "spoiled.hkd", keys=wild))
        assert [problem.code for problem in report.problems] == ["package.other_results"]
