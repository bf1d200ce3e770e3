"""The base/new rule: the first half of the listed classes is learned, the rest is held back."""

import pytest

from core.project.revision import Role
from core.project.roles import needs_probe, roles_of


@pytest.mark.parametrize(
    ("count", "learned"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (16, 8), (101, 51)]
)
def test_first_half_is_base(count: int, learned: int) -> None:
    assert roles_of([None] * count) == ("base",) * learned + ("new",) * (count - learned)


def test_the_operators_choice_stands_and_moves_no_other() -> None:
    chosen: list[Role | None] = ["new", None, None, "base", None]
    assert roles_of(chosen) == ("new", "base", "base", "base", "new")


@pytest.mark.parametrize(
    ("roles", "needed"),
    [(["base"] * 3, True), (["base", "base", "new"], True), (["base", "new", "new"], False)],
)
def test_one_class_held_back_is_not_enough_to_measure_on(roles: list[Role], needed: bool) -> None:
    assert needs_probe(roles) is needed
