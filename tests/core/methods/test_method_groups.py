"""What the window says of methods without standing them up is what they do."""

import pytest

from app.method_groups import group_of
from app.training_choice import TrainingChoice
from core.methods.build import build_method
from core.methods.catalogue import CATALOGUE, compositions
from core.methods.class_text import ClassText
from core.methods.presets import Preset, load_presets
from tests.core.tiny_backbone import tiny_backbone

CLASSES = [ClassText("bolt", "a bolt"), ClassText("nut", "a nut")]


def test_every_composition_stands_under_a_heading() -> None:
    assert {part for each in compositions() for part in each.parts()} == set(CATALOGUE)
    assert all(group_of(composition) for composition in compositions())


METHODS = [preset for preset in load_presets() if preset.parsed.learns != "by_search"]


@pytest.mark.parametrize("preset", METHODS, ids=lambda preset: preset.name)
def test_the_notes_of_a_preset_are_true_of_its_method(preset: Preset) -> None:
    method = build_method(preset.composition, preset.hyper, tiny_backbone(), CLASSES)
    assert preset.parsed.needs_pixels == (method.needs.kind != "image_features")
    assert TrainingChoice(preset.name).judges_new == method.judges_new
