"""Pretraining: the same work whether stopped or not, true to the stock towers, and a loadable result."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from core.backbones import bank, pretrain_losses
from core.backbones.embedded import (
    EMBEDDED_FOLDER,
    WEIGHTS_NAME,
    full_token_embedding,
    load_embedded_config,
    load_embedded_model,
    load_embedded_state,
    save_embedded,
)  # fmt: skip
from core.backbones.pretrain import (
    CHECKPOINT_NAME,
    MODEL_CFG,
    PretrainConfig,
    _build,
    pretrain,
)
from core.backbones.pretrain_batches import BatchSource, _turn, _turn_map
from core.backbones.pretrain_pace import PretrainProgress
from core.backbones.teacher import load_teacher
from core.backbones.towers import run_image_tower, run_text_tower
from core.backbones.vocabulary_map import VocabularyMap, clip_tokenizer
from core.backbones.zero_shot import check_embedded, class_set, zero_shot_check
from core.partsworld import all_compositions, describe, is_held_out
from core.partsworld.captions import caption_wording

SHARED_DATA = Path(__file__).parents[4] / "shared" / "data"
TINY = PretrainConfig(
    seed=3, steps=20, parts_pictures=64, parts_with_teacher=16, photo_views=16, batch_parts=8, batch_views=4,
    batch_names=4, checkpoint_every=10,
)  # fmt: skip


def silent(_: object) -> None:
    """No progress shown."""


@pytest.fixture(scope="module")
def teachers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Teachers in the real layout with random weights, and six photos: nothing outside the project is needed."""
    root = tmp_path_factory.mktemp("teachers")
    rng = np.random.default_rng(0)
    _write_mobilenet(root / "weights" / "mobilenet_v2_imagenet", rng)
    devise, table = root / "weights" / "devise_clipspace", root / "weights" / "clip_text_table"
    devise.mkdir()
    table.mkdir()
    maps = {
        "W": rng.standard_normal((1280, 512)),
        "feature_mean": rng.random(1280) / 50,
        "text_mean": rng.random(512) / 30,
    }
    np.savez(devise / "image_to_cliptext.npz", **{k: v.astype(np.float32) for k, v in maps.items()})
    np.save(table / "clip_vitb32_text_1585x512.npy", rng.standard_normal((20, 512)).astype(np.float16))
    names = ["apple", "bolt", "nut", "hinge", "milk can", "pipe", "zebra", "clock", "shoe", "boat"]
    (table / "names_1585.json").write_text(json.dumps([*names, *(f"{n} box" for n in names)]))
    (root / "sets" / "grocery25" / "a").mkdir(parents=True)
    for n in range(6):
        pixels = rng.integers(0, 255, (6, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).resize((120, 90)).save(root / "sets" / "grocery25" / "a" / f"{n}.jpg")
    return root


def _write_mobilenet(folder: Path, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True)
    blocks = [(32, 16, 1, 1), (16, 24, 2, 6), (24, 24, 1, 6), (24, 32, 2, 6), (32, 32, 1, 6), (32, 32, 1, 6)]
    blocks += [(32, 64, 2, 6), *[(64, 64, 1, 6)] * 3, (64, 96, 1, 6), *[(96, 96, 1, 6)] * 2, (96, 160, 2, 6)]
    blocks += [*[(160, 160, 1, 6)] * 2, (160, 320, 1, 6)]
    spec: list[tuple[str, int, int, int, int, bool]] = [("conv", 3, 32, 3, 2, True)]
    for cin, cout, stride, widen in blocks:
        inner = cin * widen
        spec += [("conv", cin, inner, 1, 1, True)] if widen > 1 else []
        spec += [("dw", inner, inner, 3, stride, True), ("conv", inner, cout, 1, 1, False)]
    spec += [("conv", 320, 1280, 1, 1, True)]
    weights = {}
    for n, (kind, cin, cout, kernel, _, _) in enumerate(spec):
        shape = (cout, 1 if kind == "dw" else cin, kernel, kernel)
        fan_in = shape[1] * kernel * kernel
        weights[f"m.{n}.weight"] = (
            torch.from_numpy(rng.standard_normal(shape).astype(np.float32)) * (2 / fan_in) ** 0.5
        )
        weights[f"m.{n}.bias"] = torch.zeros(cout)
    save_file(weights, folder / "mobilenet_v2_float_dequant.safetensors")
    (folder / "mobilenet_v2_float_dequant.json").write_text(json.dumps({"spec": spec}))


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory, teachers: Path) -> Path:
    out = tmp_path_factory.mktemp("whole")
    losses: list[dict[str, float]] = []

    def keep(state: PretrainProgress) -> None:
        if state.losses:
            losses.append(state.losses)

    assert pretrain(TINY, out, keep, teachers).steps == TINY.steps
    (out / "losses.json").write_text(json.dumps(losses))
    return out


def test_a_resumed_run_gives_the_same_bits(tmp_path: Path, teachers: Path, whole_run: Path) -> None:
    stopped = pretrain(TINY, tmp_path, silent, teachers, stop_after=7)
    assert stopped.steps == 7
    assert pretrain(TINY, tmp_path, silent, teachers).steps == TINY.steps
    assert (tmp_path / WEIGHTS_NAME).read_bytes() == (whole_run / WEIGHTS_NAME).read_bytes()
    ours, theirs = (
        torch.load(p / "work" / CHECKPOINT_NAME, weights_only=True) for p in (tmp_path, whole_run)
    )
    for name, value in theirs["model"].items():
        assert torch.equal(ours["model"][name], value), name


def test_losses_fall_within_twenty_steps(whole_run: Path) -> None:
    told = json.loads((whole_run / "losses.json").read_text())
    assert len(told) == TINY.steps
    for name in ("attributes", "pooled", "target"):
        first, last = (np.mean([losses[name] for losses in part]) for part in (told[:4], told[-4:]))
        assert last < first - 0.02 * abs(first), f"{name}: {first:.3f} -> {last:.3f}"


def test_another_configuration_does_not_go_on_from_a_checkpoint(whole_run: Path, teachers: Path) -> None:
    other = PretrainConfig(**{**TINY.__dict__, "learning_rate": 0.5})
    with pytest.raises(ValueError, match="another configuration"):
        pretrain(other, whole_run, silent, teachers)


def test_without_teachers_it_trains_on_the_parts_world(tmp_path: Path) -> None:
    result = pretrain(PretrainConfig(**{**TINY.__dict__, "steps": 2}), tmp_path, silent)
    assert not result.with_teachers
    assert result.weights.exists()


def test_the_towers_agree_with_open_clip() -> None:
    vocabulary = VocabularyMap([*caption_wording()])
    model, _ = _build(1, len(vocabulary))
    texts = ["a photo of a scratched brass bolt", "a gear", "an o-ring with a crack, on a metal table"]
    rows, ends = vocabulary.encode(texts)
    ours = run_text_tower(model, model.token_embedding(rows), ends)
    full = full_token_embedding(model.token_embedding.weight.detach(), vocabulary.token_ids, 49408)
    model.token_embedding = torch.nn.Embedding.from_pretrained(full)
    theirs = model.encode_text(clip_tokenizer()(texts, context_length=32))
    assert torch.allclose(ours, theirs, atol=1e-5)
    pixels = torch.randn(2, 3, 112, 112)
    everything = torch.arange(49).repeat(2, 1)
    for kept in (None, everything):
        assert torch.allclose(
            run_image_tower(model.visual, pixels, kept)[1], model.encode_image(pixels), atol=1e-5
        )


def test_every_caption_and_class_text_is_in_the_vocabulary() -> None:
    vocabulary = VocabularyMap(caption_wording())
    vocabulary.encode([f"a photo of a {describe(c)}" for c in all_compositions()])


def test_saved_and_loaded_weights_agree(tmp_path: Path) -> None:
    vocabulary = VocabularyMap(["a bolt", "brass gear"])
    model, _ = _build(2, len(vocabulary))
    save_embedded(tmp_path, MODEL_CFG, model.state_dict(), vocabulary.token_ids)
    state = load_embedded_state(tmp_path)
    for name, value in model.state_dict().items():
        if name != "token_embedding.weight":
            assert torch.allclose(state[name], value, atol=2e-3), name
    table = state["token_embedding.weight"]
    assert table.shape == (49408, MODEL_CFG["text_cfg"]["width"])
    assert torch.allclose(table[vocabulary.token_ids], model.token_embedding.weight, atol=1e-3)
    unseen = torch.ones(49408, dtype=torch.bool)
    unseen[vocabulary.token_ids] = False
    assert 0.009 < float(table[unseen].std()) < 0.011
    assert torch.equal(load_embedded_state(tmp_path)["token_embedding.weight"], table)
    stored = load_embedded_model(tmp_path)
    assert load_embedded_config(tmp_path)["model_cfg"] == MODEL_CFG
    assert not stored.training


def test_teacher_targets_follow_the_published_formula(teachers: Path) -> None:
    teacher = load_teacher(teachers / "weights")
    features = torch.rand(5, 1280)
    with np.load(teachers / "weights" / "devise_clipspace" / "image_to_cliptext.npz") as files:
        unit = features.numpy() / np.linalg.norm(features.numpy(), axis=1, keepdims=True)
        wanted = (unit - files["feature_mean"]) @ files["W"]
        text_mean = files["text_mean"]
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert np.allclose(teacher.image_targets(features).numpy(), wanted, atol=1e-5)
    raw = np.load(teachers / "weights" / "clip_text_table" / "clip_vitb32_text_1585x512.npy").astype(
        np.float32
    )
    centred = raw / np.linalg.norm(raw, axis=1, keepdims=True) - text_mean
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.allclose(teacher.name_targets.numpy(), centred, atol=1e-5)
    maps, pooled = teacher.features(torch.rand(2, 3, 224, 224))
    assert maps.shape == (2, 320, 7, 7)
    assert pooled.shape == (2, 1280)


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the real teachers lie outside the project")
def test_the_real_teacher_agrees_with_its_onnx_file() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    folder = SHARED_DATA / "weights" / "mobilenet_v2_imagenet"
    session = onnxruntime.InferenceSession(str(folder / "mobilenet_v2_float_dequant.onnx"))
    pixels = torch.rand(2, 3, 224, 224)
    wanted = session.run(None, {"pixel_values": (pixels * 2 - 1).numpy()})[0]
    ours = load_teacher(SHARED_DATA / "weights").features(pixels)[1]
    assert np.allclose(ours.numpy(), wanted, atol=1e-3)


def test_maps_turn_with_their_pictures() -> None:
    picture = np.arange(49, dtype=np.uint8).reshape(7, 7, 1)
    for quarters in range(4):
        for mirrored in (False, True):
            flat = picture.reshape(49, 1).astype(np.float16)
            turned = _turn_map(flat, quarters, mirrored).reshape(7, 7, 1)
            assert np.array_equal(turned, _turn(picture, quarters, mirrored))


def test_contrast_leaves_out_pairs_that_also_fit() -> None:
    image = functional.normalize(torch.randn(4, 8), dim=1)
    text = image.clone()
    text[1] = image[0]  # caption 1 fits picture 0 as well as its own
    own = torch.eye(4, dtype=torch.bool)
    everything = torch.ones(4, 4, dtype=torch.bool)
    without = everything.clone()
    without[1, 0] = False
    scale = torch.tensor(20.0)
    assert pretrain_losses.contrast_loss(image, text, own, scale) == 0
    assert pretrain_losses.contrast_loss(image, text, without, scale) < pretrain_losses.contrast_loss(
        image, text, everything, scale
    )


def test_batches_depend_on_seed_and_step_alone(whole_run: Path) -> None:
    pictures, codes = bank.make_parts_bank(
        whole_run / "work", TINY.seed, TINY.parts_pictures, 112, 1, lambda *_: None
    )
    sources = [BatchSource(s, bank.PartsBank(pictures, codes, None), None, (), 7) for s in (3, 3)]
    first, again, other = (
        sources[0].draw(5, 8, 0, 0, 0.5),
        sources[1].draw(5, 8, 0, 0, 0.5),
        sources[0].draw(6, 8, 0, 0, 0.5),
    )
    assert torch.equal(first.pixels, again.pixels)
    assert first.texts == again.texts
    assert first.texts != other.texts
    assert first.kept is not None
    assert first.kept.shape == (8, 24)


def test_the_check_asks_for_held_out_compositions_only() -> None:
    for number in range(8):
        classes = class_set(number)
        assert len(set(classes)) == 10
        assert all(is_held_out(c) for c in classes)
    confusable = class_set(1)
    assert len({c.part for c in confusable}) <= 3


def test_an_untrained_model_is_near_chance(whole_run: Path) -> None:
    vocabulary = VocabularyMap(caption_wording())
    model, _ = _build(9, len(vocabulary))
    full = full_token_embedding(model.token_embedding.weight.detach(), vocabulary.token_ids, 49408)
    model.token_embedding = torch.nn.Embedding.from_pretrained(full)
    check = zero_shot_check(model.eval(), sets=2, pictures_per_class=3)
    assert check["top1"] < 0.35


def test_shipped_files_are_small_enough() -> None:
    size = sum(p.stat().st_size for p in EMBEDDED_FOLDER.iterdir())
    assert size <= 20e6


@pytest.mark.slow
def test_the_shipped_backbone_knows_compositions_it_never_saw() -> None:
    check = check_embedded(sets=4)
    assert check["top1"] >= 0.5
    assert check["chance"] == 0.1
