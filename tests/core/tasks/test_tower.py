"""The text model's image tower: what it learns to see stays when it is stored, and it is taught by true facts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.backbones import load
from core.backbones.bank import draw_training_scene
from core.partsworld.facts import POSITIONS, count_of, position_of
from core.partsworld.vocabulary import DEFECTS, PARTS
from core.problems import Problem
from core.tasks.embedded import PREPROCESSING, load_text_model, save_text_model, weights_of
from core.tasks.facts import FactHeads, facts_of
from core.tasks.lessons import IGNORED
from core.tasks.model import TextModel
from core.tasks.pretrain_batches import StepSource
from core.tasks.pretrain_config import PretrainConfig
from core.tasks.seeing import CHECKPOINT_NAME, Seeing, SeeingNet, learn_to_see
from core.tasks.tokenizer import TextTokenizer
from core.tasks.tower import Patches


def test_a_patch_is_sixteen_pixels_wide(tiny: TextModel, pixels: torch.Tensor) -> None:
    assert tiny.image.patches(pixels).shape == (5, tiny.image.width, 7, 7)
    assert tiny.image.embed(pixels).shape == (5, tiny.image.tokens, tiny.image.width)


def test_folded_convolutions_see_what_normalised_ones_did(pixels: torch.Tensor) -> None:
    torch.manual_seed(4)
    net = SeeingNet()
    for _ in range(3):  # running statistics that are not those of the beginning
        net(pixels + torch.rand(1))
    patches = Patches()
    patches.load_state_dict(net.folded())
    torch.testing.assert_close(patches(pixels), net.eval()(pixels), atol=1e-4, rtol=1e-4)


def test_learning_to_see_stopped_and_taken_up_gives_the_same_bits(
    tokenizer: TextTokenizer, tmp_path: Path
) -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (32, 112, 112, 3), np.uint8)

    def seeing(rate: float = 2e-3) -> Seeing:
        config = PretrainConfig(seeing_steps=3, seeing_pictures=4, seeing_rate=rate)
        return Seeing(config, StepSource(3, pictures, tokenizer), PREPROCESSING)

    straight = seeing()
    learn_to_see(straight, tmp_path, lambda state: None)
    (tmp_path / CHECKPOINT_NAME).unlink()
    learn_to_see(seeing(), tmp_path, lambda state: None, stop_after=2)
    resumed = seeing()
    learn_to_see(resumed, tmp_path, lambda state: None)
    folded = straight.net.folded()
    assert all(torch.equal(value, folded[name]) for name, value in resumed.net.folded().items())
    with pytest.raises(Problem) as other:
        learn_to_see(seeing(rate=1.0), tmp_path, lambda state: None)
    assert other.value.code == "tasks.other_pretraining"


def test_what_was_stored_sees_the_same_without_the_backbone(
    tiny: TextModel, pixels: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_text_model(tmp_path, tiny, weights_of(tiny))
    monkeypatch.setattr(load, "load_embedded_state", lambda folder: pytest.fail("the backbone was opened"))
    stored = load_text_model(tmp_path)
    assert stored.preprocessing == tiny.preprocessing
    torch.testing.assert_close(stored.photo_tokens(pixels), tiny.photo_tokens(pixels), atol=0.02, rtol=0.02)


def test_facts_are_those_of_the_scene() -> None:
    scenes = [draw_training_scene(3, n) for n in range(60)]
    for scene, (part, _, defect, _, position, count) in zip(scenes, facts_of(scenes).tolist(), strict=True):
        assert PARTS[part] == scene.composition.part and DEFECTS[defect] == scene.composition.defect
        assert (POSITIONS[position] if position != IGNORED else None) == position_of(scene)
        counted = count_of(scene)
        assert count == (IGNORED if counted is None else counted.number)


def test_a_step_without_any_answer_to_a_fact_costs_nothing_there() -> None:
    scene = draw_training_scene(3, 0)
    middle = replace(scene, pose=replace(scene.pose, x=0.0, y=0.0))
    facts = facts_of([middle, middle])
    heads = FactHeads(16)
    photo = torch.randn(2, 5, 16, requires_grad=True)
    loss = heads.loss(photo, facts)
    loss.backward()
    assert torch.isfinite(loss) and photo.grad is not None and bool(photo.grad.abs().sum() > 0)
    assert all(value.grad is not None and not value.grad.any() for value in heads.heads[4].parameters())


def test_a_turned_picture_says_where_the_part_lies_then(tokenizer: TextTokenizer) -> None:
    """Each picture of the bank is white just in the quarter that the part lies in."""
    count, side = 60, 8
    pictures = np.zeros((count, side, side, 3), np.uint8)
    for n in range(count):
        pose = draw_training_scene(3, n).pose
        row, column = (np.array([pose.y, pose.x]) > 0).astype(int) * side // 2
        pictures[n, row : row + side // 2, column : column + side // 2] = 255
    step = StepSource(3, pictures, tokenizer).draw(0, count, 1, 1, 1)
    seen = set()
    for picture, position in zip(step.pictures, step.facts[:, 4].tolist(), strict=True):
        if position != IGNORED:
            rows, columns = np.nonzero(picture[..., 0])
            across = "right" if columns.mean() > side / 2 else "left"
            down = "lower" if rows.mean() > side / 2 else "upper"
            assert POSITIONS[position] == f"{down} {across}"
            seen.add(position)
    assert len(seen) == len(POSITIONS)
