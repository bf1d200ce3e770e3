"""The obvious version of every method against ours, on a tiny backbone; and what `bench speed` prints."""

import json
from typing import Any

import pytest
import torch

from core.backbones.clip import Backbone
from core.bench import speed
from core.bench.commands import DEFAULT_BACKBONE
from core.bench.measure import matmul_rate, operations
from core.bench.peak import peak_bytes
from core.bench.plain.image_tower import PlainImageTower
from core.bench.plain.swap import plain_towers
from core.bench.plain.text_tower import PlainTextTower
from core.bench.recipes import schedule, target_ratio
from core.bench.savings import measure_savings
from core.bench.speed import DEFAULT_METHODS
from core.bench.steps import Photos, compare, look
from core.bench.subject import Subject, build, class_names, noise_photos
from core.cli import BAD_INPUT, FAULT, OK, main
from core.methods.catalogue import compositions, parse_composition
from core.methods.protocol import Method
from tests.core.tiny_backbone import NAME, store_tiny_backbone, tiny_backbone

CLASSES = 5
VIT = "ViT-B-32"
STEPPED = tuple(str(each) for each in compositions() if each.learns == "by_epochs")
TWO_STAGED = tuple(name for name in STEPPED if name.startswith("pt-peft"))
SPEED_KEYS = {
    "method", "backbone", "classes", "plain_step_s", "fast_step_s", "ratio", "max_relative_error",
    "matmul_fraction", "plain_peak_bytes", "fast_peak_bytes",
}  # fmt: skip


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def subject_of(method: str, backbone: Backbone, photos: int = 4) -> tuple[Method, Photos]:
    built = build(Subject(method, NAME, CLASSES, seed=1), backbone)
    pixels = noise_photos(backbone, photos, 2)
    return built, Photos(pixels, torch.arange(photos) % CLASSES)


@pytest.mark.parametrize(
    ("composition", "stage"), [*((name, 0) for name in STEPPED), *((name, 1) for name in TWO_STAGED)]
)
def test_the_obvious_version_gives_the_same_logits_and_gradients(
    backbone: Backbone, composition: str, stage: int
) -> None:
    method, photos = subject_of(composition, backbone)
    method.start(look(method, photos))
    method.begin_stage(stage)
    difference = compare(method, photos)
    assert difference.is_equal, difference
    assert difference.largest > 0, "the obvious version cannot be our own code: its sums run in another order"


def test_towers_are_swapped_inside_and_come_back(backbone: Backbone) -> None:
    method, _ = subject_of("dept(maple)", backbone)
    text, image = backbone.text, backbone.image
    with pytest.raises(ZeroDivisionError), plain_towers(method):
        assert isinstance(backbone.text, PlainTextTower)
        assert isinstance(backbone.image, PlainImageTower)
        raise ZeroDivisionError
    assert backbone.text is text
    assert backbone.image is image


def test_towers_that_a_method_made_its_own_are_swapped_too(backbone: Backbone) -> None:
    method, _ = subject_of("lora", backbone)
    with plain_towers(method):
        kinds = {type(part).__name__ for part in method.modules() if "Tower" in type(part).__name__}
    assert kinds == {"PlainTextTower", "PlainImageTower"}


def test_a_wrong_fast_version_is_found_and_not_timed(
    backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = PlainTextTower.features_after
    monkeypatch.setattr(
        PlainTextTower, "features_after", lambda *given, **named: 1.01 * right(*given, **named) + 0.01
    )
    line = speed.measure(Subject("coop", NAME, CLASSES), backbone, with_peak=False)
    assert line["equal"] is False
    assert line["max_relative_error"] > 1e-3
    assert "ratio" not in line


def test_class_names_are_different_and_of_uneven_length() -> None:
    names = [entry.name for entry in class_names(1000)]
    assert len(set(names)) == 1000
    assert {1, 2, 3, 4} <= {len(name.split()) for name in names[:50]}


def test_the_published_run() -> None:
    """CoOp: 16 shots of 100 classes are 1600 photos, 50 batches of 32, 200 rounds."""
    plan = schedule(parse_composition("coop"), {"training.views": 10}, 100)
    assert (plan.photos, plan.batch, plan.epochs, plan.steps, plan.views) == (1600, 32, 200, 10_000, 10)


def test_no_more_views_are_paid_for_than_there_are_rounds() -> None:
    assert schedule(parse_composition("vpt-deep"), {"training.views": 10}, 10).views == 5


def test_wrappers_are_counted_by_their_own_recipe() -> None:
    dept, cocoop, npt = (
        schedule(parse_composition(name), {}, 10) for name in ("dept(coop)", "dept(cocoop)", "npt(kgcoop)")
    )
    assert (dept.epochs, dept.batch, dept.steps) == (10, 4, 400)
    assert (cocoop.batch, cocoop.steps) == (1, 1600)
    assert (npt.epochs, npt.batch, npt.steps) == (100, 128, 100)


def test_a_batch_is_never_larger_than_the_photos_and_lora_counts_steps() -> None:
    assert schedule(parse_composition("kgcoop"), {}, 5).batch == 80
    assert schedule(parse_composition("lora"), {}, 10).steps == 8000


def test_where_no_recipe_is_published_our_presets_counts() -> None:
    plan = schedule(parse_composition("pt-peft(lora)"), {"training.epochs": 3, "training.batch_size": 8}, 10)
    assert (plan.epochs, plan.batch, plan.steps, plan.is_published) == (3, 8, 60, False)
    assert schedule(parse_composition("coop"), {}, 10).is_published


def test_targets_stand_beside_the_sizes_that_they_were_set_for() -> None:
    assert target_ratio(parse_composition("npt(dept(coop))"), VIT, 100) == 12.0
    assert target_ratio(parse_composition("promptsrc"), VIT, 10) == 1.5
    assert target_ratio(parse_composition("coop"), VIT, 50) is None
    assert target_ratio(parse_composition("bitfit"), VIT, 100) is None
    assert target_ratio(parse_composition("coop"), "ViT-B-16", 100) is None


def test_the_methods_measured_by_themselves_exist_and_have_targets() -> None:
    for name in DEFAULT_METHODS:
        assert target_ratio(parse_composition(name), VIT, 100) is not None


def test_operations_are_counted_forward_and_backward_with_attention() -> None:
    left, right = torch.randn(3, 4, requires_grad=True), torch.randn(4, 5)
    assert operations(lambda: (left @ right).sum().backward()) == 2 * 2 * 3 * 4 * 5
    query = torch.randn(1, 2, 6, 8)
    attention = torch.nn.functional.scaled_dot_product_attention
    assert operations(lambda: attention(query, query, query)) == 2 * 2 * (2 * 6 * 6 * 8)


def test_a_device_has_a_rate() -> None:
    assert matmul_rate(torch.device("cpu")) > 1e6


def test_every_saving_is_equal_to_what_it_replaces(backbone: Backbone) -> None:
    lines = list(measure_savings(backbone, CLASSES))
    assert {line["saving"] for line in lines} == set(range(1, 8))
    assert all(line["equal"] is not False for line in lines), lines
    assert all(line["ratio"] > 0 for line in lines)
    assert [line["name"] for line in lines if line["equal"] is None] == ["bfloat16"]


@pytest.mark.slow
def test_peaks_are_measured_in_fresh_processes() -> None:
    store_tiny_backbone()
    plain, fast = (peak_bytes(Subject("coop", NAME, 40), 8, plain=plain) for plain in (True, False))
    assert plain > 0
    assert fast >= 0


def test_the_command_prints_the_promised_keys(capsys: pytest.CaptureFixture[str]) -> None:
    store_tiny_backbone()
    words = ["bench", "speed", "--method", "coop", "dept(vpt-deep)", "--backbone", NAME, "--classes", "5"]
    assert main([*words, "--no-peak", "--json"]) == OK
    results = json.loads(capsys.readouterr().out.splitlines()[-1])["results"]
    assert [line["method"] for line in results] == ["coop", "dept(vpt-deep)"]
    for line in results:
        assert SPEED_KEYS - set(line) == {"plain_peak_bytes", "fast_peak_bytes"}
        assert line["ratio"] == pytest.approx(line["plain_run_s"] / line["fast_run_s"])
        assert line["fast_run_s"] >= line["cache_s"]
    assert results[0]["cache_s"] > results[1]["cache_s"] == 0


def test_versions_that_differ_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store_tiny_backbone()
    wrong: dict[str, Any] = {"method": "coop", "equal": False}
    monkeypatch.setattr(speed, "measure", lambda *_given, **_named: wrong)
    assert main(["bench", "speed", "--method", "coop", "--backbone", NAME, "--json"]) == FAULT
    assert "coop" in json.loads(capsys.readouterr().out.splitlines()[-1])["fault"]


@pytest.mark.parametrize("method", ["zero-shot", "linear-probe", "no-such-method"])
def test_what_has_no_steps_is_refused_before_anything_is_loaded(method: str) -> None:
    assert main(["bench", "speed", "--method", method, "--backbone", "no-such-backbone"]) == BAD_INPUT


def test_the_default_backbone_is_the_one_that_targets_are_set_for() -> None:
    assert DEFAULT_BACKBONE == "ViT-B-32"
