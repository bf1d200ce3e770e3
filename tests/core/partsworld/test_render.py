"""The renderer: same scene, same bits; what a caption tells of is to be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.partsworld import Composition, Finish, Pose, Scene, all_compositions, draw_scene, render
from core.partsworld.vocabulary import BACKGROUNDS, DEFECTS, PARTS


def scene_of(part: str, material: str = "steel", colour: str | None = None, defect: str = "none") -> Scene:
    composition = Composition(part, Finish(material, colour), defect)
    plain = draw_scene(np.random.default_rng(5), composition, "paper")
    return replace(plain, pose=Pose(angle=0.3, scale=0.85), camera=replace(plain.camera, noise=0.0, blur=0.0))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_renders_and_stands_out_from_its_background(part: str) -> None:
    colour = "red"
    material = "rubber" if part == "o-ring" else "anodised"
    picture = render(scene_of(part, material, colour), 64)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    red = picture[..., 0].astype(int) - picture[..., 1]
    share = float((red > 25).mean())
    assert 0.02 < share < 0.9, f"{part}: {share:.3f} of the picture is red"


def test_a_scene_renders_to_the_same_bits() -> None:
    rng = np.random.default_rng(11)
    for number in rng.choice(len(all_compositions()), 12, replace=False):
        scene = draw_scene(rng, all_compositions()[int(number)])
        assert np.array_equal(render(scene, 48), render(scene, 48))


def test_drawing_a_scene_is_a_function_of_the_generator() -> None:
    composition = all_compositions()[100]
    assert draw_scene(np.random.default_rng(3), composition) == draw_scene(
        np.random.default_rng(3), composition
    )
    assert draw_scene(np.random.default_rng(3), composition) != draw_scene(
        np.random.default_rng(4), composition
    )


@pytest.mark.parametrize("defect", [d for d in DEFECTS if d != "none"])
def test_a_defect_changes_the_part_and_not_the_background_far_from_it(defect: str) -> None:
    good, bad = scene_of("bracket", "steel"), scene_of("bracket", "steel", None, defect)
    a, b = render(good, 96).astype(int), render(bad, 96).astype(int)
    change = np.abs(a - b).max(axis=2)
    assert (change[8:-8, 8:-8] > 20).sum() > 12, f"{defect} is not to be seen"
    assert change[:3].max() < 60, "the far edge of the background changed"


def test_backgrounds_differ_from_each_other() -> None:
    means = []
    for name in BACKGROUNDS:
        scene = replace(scene_of("pin"), background=name, pose=Pose(scale=0.2))
        picture = render(scene, 48).astype(float)
        means.append([*picture.mean(axis=(0, 1)), *picture.std(axis=(0, 1))])
    features = np.array(means)
    gaps = np.abs(features[:, None] - features[None]).sum(axis=2) + 1e9 * np.eye(len(features))
    assert gaps.min() > 5


def test_colours_come_out_as_named() -> None:
    def middle(colour: str) -> np.ndarray:
        plate = scene_of("plate", "plastic", colour)
        return render(replace(plate, variation=(0.5, 0.5, 0.0, 0.5)), 64)[26:38, 26:38].mean(axis=(0, 1))

    assert middle("red").argmax() == 0
    assert middle("green").argmax() == 1
    assert middle("blue").argmax() == 2
    assert middle("white").min() > middle("grey").max() > middle("black").max()
    yellow = middle("yellow")
    assert min(yellow[0], yellow[1]) > yellow[2] + 30
