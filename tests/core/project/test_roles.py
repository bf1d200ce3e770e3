"""The base/new rule: the first half of the listed classes is learned, the rest is held back."""

import pytest

from core.project.revision import Role
from core.project.roles import needs_probe, roles_of


@pytest.mark.parametrize(
    ("count", "learned"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (16, 8), (101, 51)]
)
def test_first_half_is_base(count: int, learned: int) -> None:
    assert roles_of([None] * count) == ("base",) * learned + ("new",) * (count - learned)


@pytest.mark.parametrize(
    ("classes", "base", "new"),
    [
        pytest.param(1000, 500, 500, id="ImageNet"),
        pytest.param(100, 50, 50, id="Caltech101, Aircraft"),
        pytest.param(37, 19, 18, id="Pets"),
        pytest.param(196, 98, 98, id="Cars"),
        pytest.param(102, 51, 51, id="Flowers"),
        pytest.param(101, 51, 50, id="Food101, UCF101"),
        pytest.param(397, 199, 198, id="SUN397"),
        pytest.param(47, 24, 23, id="DTD"),
        pytest.param(10, 5, 5, id="EuroSAT"),
    ],
)
def test_the_public_sets_are_halved_as_published(classes: int, base: int, new: int) -> None:
    """methods.md §1.2 and §15.6: m = ⌈n/2⌉ classes are base."""
    roles = roles_of([None] * classes)
    assert (roles.count("base"), roles.count("new")) == (base, new)
    assert roles[:base] == ("base",) * base


def test_the_operators_choice_stands_and_moves_no_other() -> None:
    chosen: list[Role | None] = ["new", None, None, "base", None]
    assert roles_of(chosen) == ("new", "base", "base", "base", "new")


@pytest.mark.parametrize(
    ("roles", "needed"),
    [(["base"] * 3, True), (["base", "base", "new"], True), (["base", "new", "new"], False)],
)
def test_one_class_held_back_is_not_enough_to_measure_on(roles: list[Role], needed: bool) -> None:
    assert needs_probe(roles) is needed
