"""Views: the photo itself first, then crops that any PC draws alike."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.backbones.preprocess import Preprocessing, preprocess_photo
from core.training.views import ViewRecipe, _crop

TO = Preprocessing(image_size=16)
RAMP = Image.fromarray(np.arange(30 * 50 * 3, dtype=np.uint32).reshape(30, 50, 3).astype(np.uint8))
RECIPE = ViewRecipe(seed=1, smallest_crop=0.3, flip=True)


def test_view_0_is_what_is_judged() -> None:
    assert np.array_equal(RECIPE.draw(RAMP, "photo", 0, TO), preprocess_photo(RAMP, TO))


def test_a_crop_is_the_same_on_every_pc_and_day() -> None:
    assert _crop(random.Random("1/photo/1"), 50, 30, 0.3) == (18, 3, 42, 30)


@given(st.integers(1, 9), st.integers(1, 200), st.integers(1, 200))
def test_every_view_has_the_input_size(number: int, width: int, height: int) -> None:
    view = RECIPE.draw(Image.new("RGB", (width, height)), "photo", number, TO)
    assert view.shape == (16, 16, 3)
    assert view.dtype == np.uint8


@pytest.mark.parametrize(
    "other", [("photo", 2, RECIPE), ("other", 1, RECIPE), ("photo", 1, ViewRecipe(2, 0.3, True))]
)
def test_views_differ_by_number_photo_and_seed(other: tuple[str, int, ViewRecipe]) -> None:
    identity, number, recipe = other
    assert not np.array_equal(RECIPE.draw(RAMP, "photo", 1, TO), recipe.draw(RAMP, identity, number, TO))


def test_without_flips_no_view_is_mirrored() -> None:
    left_white = Image.fromarray(
        np.repeat(np.linspace(255, 0, 64, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2)
    )

    def falls(view: np.ndarray) -> bool:
        return view[:, :8].mean() > view[:, 8:].mean()

    assert all(falls(ViewRecipe(1, 0.5, False).draw(left_white, "p", n, TO)) for n in range(20))
    assert not all(falls(ViewRecipe(1, 0.5, True).draw(left_white, "p", n, TO)) for n in range(20))


def test_a_reduced_photo_still_fills_the_smallest_crop() -> None:
    assert ViewRecipe(1, 0.25, True).at_least(224) == 448
