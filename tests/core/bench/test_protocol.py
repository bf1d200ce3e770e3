"""The protocols: what is learned and judged in each, on tiny pictures and a tiny backbone."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.backbones.clip import Backbone
from core.bench.datasets.catalogue import ELEVEN, VARIANTS
from core.bench.protocol import Line, Request, presets_named
from core.bench.protocols.catalogue import PROTOCOLS
from core.bench.protocols.domain_shift import corrupted
from core.bench.protocols.label_noise import mislabelled
from core.bench.protocols.long_tail import profile, with_tail
from core.bench.runs import Engine
from core.bench.sets import PARTS_WORLD, BenchSet, set_named, sets_named
from core.evaluation.judged import metrics_of
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.sampling import few_shot
from tests.core.bench.datasets.trees import write_tree
from tests.core.tiny_backbone import PREPROCESSING, tiny_backbone
from tests.core.tiny_run import tiny_revision

EUROSAT = next(entry for entry in ELEVEN if entry.name == "EuroSAT")


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def own_set(folder: Path) -> BenchSet:
    tiny_revision(folder, {"train": 26, "val": 10, "test": 14})
    return BenchSet.at(folder.name, folder)


def eurosat(root: Path, train: int = 2) -> BenchSet:
    folder = write_tree(root, EUROSAT, {"train": train, "val": 1, "test": 2}, pictures=True)
    return BenchSet.at(folder.name, folder)


def run(
    name: str,
    backbone: Backbone,
    cache: Path,
    sets: tuple[BenchSet, ...],
    presets: tuple[str, ...] = ("zero-shot", "nearest-mean"),
    seeds: tuple[int, ...] = (1,),
    shots: int | None = 2,
) -> list[Line]:
    engine = Engine(backbone, cache, lambda event: None, lambda text: None)
    return list(PROTOCOLS[name](Request(sets, presets_named(presets), seeds, shots), engine))


# Sets


def test_the_parts_world_is_a_set_by_name() -> None:
    name, folder = set_named(PARTS_WORLD)
    assert name == PARTS_WORLD
    assert (folder / "classes.toml").is_file()
    assert set_named("/photos/screws") == ("screws", Path("/photos/screws"))


def test_a_public_set_is_read_in_its_own_sentence_where_its_papers_do(tmp_path: Path) -> None:
    [found] = sets_named([str(write_tree(tmp_path, EUROSAT))])
    dtd = next(entry for entry in ELEVEN if entry.folder == "dtd")
    textures = BenchSet.at("dtd", write_tree(tmp_path, dtd))
    kept = {
        name: {key: value for key, value in found.hyper(preset).items() if key.endswith(".template")}
        for name, preset in zip(
            ("zero-shot", "dept(kgcoop)", "lora", "maple"),
            presets_named(("zero-shot", "dept(kgcoop)", "lora", "maple")),
            strict=True,
        )
    }
    assert found.name == "EuroSAT"
    assert kept == {
        "zero-shot": {"zero-shot.template": EUROSAT.template},
        "dept(kgcoop)": {"kgcoop.template": EUROSAT.template},
        "lora": {"lora.template": "a photo of a {}."},
        "maple": {},
    }
    [kgcoop] = presets_named(["kgcoop"])
    assert textures.hyper(kgcoop)["kgcoop.template"] == "a photo of a {}, a type of texture."
    assert textures.template == "{} texture."


def test_a_set_for_testing_only_cannot_be_learned(tmp_path: Path) -> None:
    with pytest.raises(Problem) as raised:
        BenchSet("ImageNet-R", tmp_path, VARIANTS[3]).learnable(1, 2)
    assert raised.value.code == "bench.tests_only"


# What is learned


def test_the_long_tail_is_exponential_and_leaves_one_photo_at_least() -> None:
    assert profile(16, 16, 5) == [16, 8, 4, 2, 1]
    assert profile(100, 100, 3) == [100, 10, 1]
    assert profile(16, 100, 3) == [16, 2, 1]
    assert profile(7, 10, 1) == [7]


def test_the_tail_takes_photos_away_from_learned_classes_only(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path)
    for seed in range(4):
        tailed = with_tail(revision, 6, seed)
        counts = tailed.counts("train")
        assert sorted(counts[:2]) == [1, 6]
        assert counts[2:] == revision.counts("train")[2:]
        assert tailed.of("test") == revision.of("test")
        assert {p.path for p in tailed.of("train")} <= {p.path for p in revision.of("train")}
    assert len({tuple(with_tail(revision, 6, seed).counts("train")) for seed in range(8)}) == 2


def test_a_share_of_each_classes_labels_is_wrong_and_the_wrong_ones_are_nested(tmp_path: Path) -> None:
    revision = three_learned(tmp_path)
    truth = {photo.path: photo.label for photo in revision.photos}
    wrong: dict[float, dict[str, int]] = {}
    for share in (0.0, 0.2, 0.4):
        found = mislabelled(revision, share, seed=1)
        changed = {p.path: p.label for p in found.revision.photos if p.label != truth[p.path]}
        per_class = Counter(truth[path] for path in changed)
        assert found.photos == len(changed)
        assert all(per_class[label] == round(share * 6) for label in range(3))
        assert all(found.revision.classes[label].role == "base" for label in changed.values())
        parts = {photo.path: photo.part for photo in found.revision.photos}
        assert all(parts[path] == "train" for path in changed)
        wrong[share] = changed
    assert not wrong[0.0]
    assert wrong[0.2].items() <= wrong[0.4].items()
    assert mislabelled(revision, 0.4, 1) == mislabelled(revision, 0.4, 1)
    assert mislabelled(revision, 0.4, 2) != mislabelled(revision, 0.4, 1)


def test_corrupted_photos_stand_in_for_the_test_photos(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    found, again = (corrupted(revision, "noise", 3, 1, PREPROCESSING, tmp_path / name) for name in ("a", "b"))
    assert [p.label for p in found.photos] == [p.label for p in revision.of("test")]
    assert {p.part for p in found.photos} == {"test"}
    for one, two in zip(found.photos, again.photos, strict=True):
        assert found.photo_path(one).read_bytes() == again.photo_path(two).read_bytes()
    with Image.open(found.photo_path(found.photos[0])) as shown:
        assert shown.size == (32, 32)


# Whole protocols


@pytest.mark.slow
def test_base_to_new_runs_each_preset_on_each_set_with_each_seed(tmp_path: Path, backbone: Backbone) -> None:
    sets = (own_set(tmp_path / "photos"),)
    found = run("base-to-new", backbone, tmp_path / "cache", sets, ("zero-shot", "coop"), (1, 2))
    assert [line["preset"] for line in found] == ["zero-shot", "coop"]
    for line in found:
        assert {"base", "new", "h", "union_h"} <= line["metrics"].keys()
        assert len(line["per_seed"]) == 2
        assert [each["photos"] for each in line["learned"]] == [4, 4]
        assert line["paper"] is None
    assert found[0]["metrics"] == found[0]["zero_shot"] == found[1]["zero_shot"]
    assert {each["mean"] for each in found[0]["gain"].values()} == {0.0}
    assert (found[0]["against"], found[1]["against"]["preset"]) == (None, "zero-shot")
    assert found[1]["against"]["difference"] == found[1]["gain"], "the first one is the untouched backbone"


@pytest.mark.slow
def test_on_a_public_set_the_papers_stand_beside_and_zero_shot_reads_their_sentence(
    tmp_path: Path, backbone: Backbone
) -> None:
    sets = (eurosat(tmp_path),)
    presets = ("zero-shot", "nearest-mean", "clip-adapter")
    zero_shot, mean, adapter = run("base-to-new", backbone, tmp_path / "cache", sets, presets, shots=16)
    assert zero_shot["set"] == "EuroSAT"
    assert zero_shot["metrics"] == mean["zero_shot"] == adapter["zero_shot"]
    assert (zero_shot["paper"], mean["paper"]) == (None, None)
    [paper] = adapter["paper"].values()
    assert (paper["base"], paper["new"]) == (0.7513, 0.6270)
    assert mean["learned"] == adapter["learned"]
    assert mean["learned"][0]["photos"] == 10


def test_few_shot_shows_the_numbers_that_there_are_photos_for(tmp_path: Path, backbone: Backbone) -> None:
    found = run("few-shot", backbone, tmp_path / "cache", (eurosat(tmp_path, 3),), ("nearest-mean",))
    assert [line["condition"]["shots"] for line in found] == [1, 2]
    assert [line["learned"][0]["photos"] for line in found] == [5, 10]


def test_the_union_is_shown_as_judged_and_calibrated_with_its_curve(
    tmp_path: Path, backbone: Backbone
) -> None:
    sets = (own_set(tmp_path / "photos"),)
    zero_shot, mean = run("union", backbone, tmp_path / "cache", sets, seeds=(1, 2))
    for line in (zero_shot, mean):
        metrics = line["metrics"]
        assert {"union_h", "uncalibrated_union_h", "ausuc"} <= metrics.keys()
        assert metrics["ausuc"]["mean"] <= metrics["base"]["mean"] * metrics["new"]["mean"] + 0.25
        assert [each["photos"] > 0 for each in line["calibration"]] == [True, True]
        for curve, seed in zip(line["curves"]["tuned"], line["per_seed"], strict=True):
            assert curve[0] == (seed["base"], 0.0)
            assert curve[-1] == (0.0, seed["new"])
    # Nothing but matching: one scale for all classes anyway.
    metrics = zero_shot["metrics"]
    assert metrics["uncalibrated_union_h"]["mean"] == pytest.approx(metrics["union_h"]["mean"])


@pytest.mark.slow
def test_dept_is_brought_to_one_scale_on_base_validation_photos(tmp_path: Path, backbone: Backbone) -> None:
    sets = (own_set(tmp_path / "photos"),)
    [line] = run("union", backbone, tmp_path / "cache", sets, ("dept(coop)",))
    [calibration] = line["calibration"]
    assert calibration["photos"] == len(sets[0].learnable(1, 2).of("val", (0, 1)))
    assert calibration["matching"] != pytest.approx(calibration["fused"], rel=0.01)
    assert line["metrics"]["ausuc"]["low"] <= line["metrics"]["ausuc"]["mean"] <= 1


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["dept(coop)", "vpt-shallow", "lora"])
def test_what_is_stood_up_again_judges_as_the_run_did(
    tmp_path: Path, backbone: Backbone, preset: str
) -> None:
    bench_set = own_set(tmp_path / "photos")
    engine = Engine(backbone, tmp_path / "cache", lambda event: None, lambda text: None)
    [chosen] = presets_named([preset])
    with engine.trained(bench_set, chosen, bench_set.learnable(1, 2), 1) as trained:
        verdict = trained.judge()
        assert metrics_of(verdict.tuned) == trained.result.metrics["tuned"]
        assert metrics_of(verdict.zero_shot) == trained.result.metrics["zero_shot"]
        folder = trained.folder
    assert not folder.exists()


def test_cross_set_learns_all_classes_of_the_first_set_and_judges_the_others(
    tmp_path: Path, backbone: Backbone
) -> None:
    first, same, other = own_set(tmp_path / "first"), own_set(tmp_path / "same"), eurosat(tmp_path)
    found = run("cross-set", backbone, tmp_path / "cache", (first, same, other), ("tip-adapter",))
    assert [line["set"] for line in found] == ["first", "same", "EuroSAT"]
    assert {line["condition"]["learned_on"] for line in found} == {"first"}
    assert found[0]["learned"][0]["photos"] == 8
    # The same classes in another folder are served by what was learned; other classes by texts alone.
    assert "base" in found[1]["metrics"]
    assert "new" in found[2]["metrics"]
    assert found[2]["metrics"]["accuracy"] == found[2]["zero_shot"]["accuracy"]
    assert found[2]["metrics"]["accuracy"]["n"] == 20


def test_cross_set_takes_two_sets(tmp_path: Path, backbone: Backbone) -> None:
    with pytest.raises(Problem) as raised:
        run("cross-set", backbone, tmp_path / "cache", (own_set(tmp_path / "photos"),))
    assert raised.value.code == "bench.one_set"


@pytest.mark.slow
def test_domain_shift_judges_under_each_corruption(tmp_path: Path, backbone: Backbone) -> None:
    found = run("domain-shift", backbone, tmp_path / "cache", (own_set(tmp_path / "photos"),))
    assert len(found) == 2 * (1 + 5 * 5)
    assert [(line["condition"]["shift"], line["condition"]["strength"]) for line in found[:4:2]] == [
        (None, 0),
        ("lighting", 1),
    ]
    assert len({line["metrics"]["base"]["n"] for line in found}) == 1
    # Nothing of the corrupted photos is kept.
    assert not list((tmp_path / "cache").rglob("*.png"))


def test_long_tail_tells_the_mean_of_the_classes_and_the_worst(tmp_path: Path, backbone: Backbone) -> None:
    sets = (own_set(tmp_path / "photos"),)
    found = run("long-tail", backbone, tmp_path / "cache", sets, ("nearest-mean",), shots=6)
    assert [line["condition"]["ratio"] for line in found] == [10, 50, 100]
    assert found[0]["condition"]["photos_per_class"] == [[6, 1]]
    for line in found:
        assert line["metrics"]["worst_class"]["mean"] <= line["metrics"]["per_class_mean"]["mean"]
        assert line["learned"][0]["photos"] == 7


def test_label_noise_says_how_many_labels_are_wrong(tmp_path: Path, backbone: Backbone) -> None:
    sets = (own_set(tmp_path / "photos"),)
    found = run("label-noise", backbone, tmp_path / "cache", sets, ("nearest-mean",), shots=5)
    assert [line["condition"]["noise"] for line in found] == [0.0, 0.1, 0.2, 0.4]
    assert [line["condition"]["mislabelled"] for line in found] == [[0], [0], [2], [4]]
    assert np.ptp([line["learned"][0]["photos"] for line in found]) == 0


@pytest.mark.slow
def test_over_all_eleven_sets_their_average_stands_behind(tmp_path: Path, backbone: Backbone) -> None:
    folder = eurosat(tmp_path).folder
    sets = tuple(BenchSet(entry.name, folder, EUROSAT) for entry in ELEVEN)
    found = run("base-to-new", backbone, tmp_path / "cache", sets, ("zero-shot",), shots=16)
    assert [line["set"] for line in found] == [*(entry.name for entry in ELEVEN), "average"]
    average = found[-1]
    assert average["metrics"]["base"]["mean"] == pytest.approx(found[0]["metrics"]["base"]["mean"])
    [paper] = average["paper"].values()
    assert (paper["base"], paper["new"], paper["h"]) == (0.6934, 0.7422, 0.7170)


@pytest.mark.slow
def test_learned_on_imagenet_the_ten_others_are_averaged(tmp_path: Path, backbone: Backbone) -> None:
    folder = eurosat(tmp_path).folder
    sets = tuple(BenchSet(entry.name, folder, EUROSAT) for entry in ELEVEN)
    found = run("cross-set", backbone, tmp_path / "cache", sets, ("clip-adapter",), shots=16)
    assert [line["set"] for line in found] == [*(entry.name for entry in ELEVEN), "average"]
    accuracies = [line["metrics"]["accuracy"]["mean"] for line in found]
    assert accuracies[-1] == pytest.approx(np.mean(accuracies[1:-1]))
    assert [row["accuracy"] for row in found[-1]["paper"].values()] == [0.6485]


def three_learned(folder: Path) -> DataRevision:
    """The tiny set with three learned classes of six training photos each."""
    revision = tiny_revision(folder)
    classes = tuple(
        entry.model_copy(update={"role": "base" if number < 3 else "new"})
        for number, entry in enumerate(revision.classes)
    )
    found = revision.model_copy(update={"classes": classes})
    assert len(few_shot(found, None, 1).photos) == 18
    return found
