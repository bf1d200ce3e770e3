"""What can be told of a photo: numbers are those of the drawn relief, positions those of the pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.partsworld import Composition, Finish, Pose, Scene, draw_scene
from core.partsworld.facts import Count, count_of, position_of
from core.partsworld.render import _relief_of

STEEL = Finish("steel")


def holes_in(scene: Scene, side: int = 120) -> NDArray[np.intp]:
    """Areas, in pixels, of what is not part and cannot be reached from the picture's edge."""
    relief, _ = _relief_of(scene, side, np.random.default_rng(0))
    left = relief.sdf > 0
    areas = [_fill(left, (0, 0))]
    while left.any():
        row, column = (int(x) for x in np.argwhere(left)[0])
        areas.append(_fill(left, (row, column)))
    return np.array(sorted(area for area in areas[1:] if area > 4))


def _fill(left: NDArray[np.bool_], start: tuple[int, int]) -> int:
    """Take what hangs together with `start` out of `left`; how many pixels that were."""
    todo, area = [start], 0
    while todo:
        row, column = todo.pop()
        if 0 <= row < left.shape[0] and 0 <= column < left.shape[1] and left[row, column]:
            left[row, column] = False
            area += 1
            todo += [(row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)]
    return area


@pytest.mark.parametrize("part", ["plate", "bracket", "hinge", "flange"])
@pytest.mark.parametrize("defect", ["none", "missing hole"])
def test_holes_are_as_many_as_are_drawn(part: str, defect: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(4):
        scene = replace(draw_scene(rng, Composition(part, STEEL, defect)), pose=Pose(scale=0.95))
        found = count_of(scene)
        assert found is not None and found.of == "holes"
        # Beside the fixing holes there may be a slot (plate) or a bore (flange), which are larger.
        areas = holes_in(scene)
        fixing = areas[areas < 1.6 * np.median(areas)]
        assert len(fixing) == found.number, (part, defect, areas)


def test_spokes_are_as_many_as_windows_between_them() -> None:
    rng = np.random.default_rng(4)
    for _ in range(6):
        scene = replace(draw_scene(rng, Composition("pulley", STEEL)), pose=Pose(scale=0.95))
        windows = len(holes_in(scene)) - 1  # one is the bore
        assert count_of(scene) == Count("spokes", windows)


def test_what_a_chip_or_crack_may_have_taken_is_not_counted() -> None:
    for defect in ("chip", "crack"):
        assert count_of(Scene(Composition("plate", STEEL, defect), "tray")) is None
    assert count_of(Scene(Composition("gear", STEEL), "tray")) is None


def test_a_position_is_the_quarter_of_the_picture_and_none_near_the_middle() -> None:
    def at(x: float, y: float) -> Scene:
        return Scene(Composition("nut", STEEL), "tray", pose=Pose(x=x, y=y))

    assert position_of(at(-0.2, -0.2)) == "upper left"
    assert position_of(at(0.2, -0.2)) == "upper right"
    assert position_of(at(-0.2, 0.2)) == "lower left"
    assert position_of(at(0.2, 0.2)) == "lower right"
    assert position_of(at(0.2, 0.01)) is None
