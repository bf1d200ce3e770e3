"""Blur and clipping are told from pictures whose sharpness and light are known because they were made so."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.photos.quality import FLOOR, Doubts, Quality, quality_of, sharpness
from tests.core.photos.synthetic_camera import part


def pixels(picture: Image.Image, noise: float = 0.0, light: float = 1.0) -> NDArray[np.uint8]:
    drawn = np.asarray(picture, np.float64) * light
    drawn += np.random.default_rng(1).normal(0, noise, drawn.shape) if noise else 0.0
    return drawn.clip(0, 255).round().astype(np.uint8)


def blurred(radius: float) -> Image.Image:
    return part((640, 480)).filter(ImageFilter.GaussianBlur(radius))


def about(picture: NDArray[np.uint8], *earlier: NDArray[np.uint8]) -> tuple[str, ...]:
    doubts = Doubts()
    for second, before in enumerate(earlier):
        doubts.about(quality_of(before), float(second))
    return doubts.about(quality_of(picture), float(len(earlier)))


def test_the_variance_of_the_laplacian_of_a_line_is_as_by_hand() -> None:
    grey = np.zeros((5, 102), np.float32)
    grey[:, 51] = 10
    row = np.zeros(100)
    row[[49, 50, 51]] = (10, -20, 10)
    assert sharpness(grey) == pytest.approx(row.var())


def test_each_blur_is_less_sharp_than_the_one_before() -> None:
    values = [quality_of(pixels(blurred(radius))).sharpness for radius in (0, 0.7, 1.5, 3, 6)]
    assert values == sorted(values, reverse=True) and values[0] > 20 * values[3]


@pytest.mark.parametrize("noise", [2, 6, 12])
def test_noise_is_not_taken_for_sharpness(noise: float) -> None:
    flat = Image.new("RGB", (640, 480), (128, 128, 128))
    assert about(pixels(flat, noise)) == ("blurred",)
    assert about(pixels(blurred(6), noise)) == ("blurred",)
    assert about(pixels(part((640, 480)), noise)) == ()


def test_what_is_sharp_is_measured_by_what_the_camera_showed_before() -> None:
    soft = pixels(blurred(1.2))
    assert quality_of(soft).sharpness > FLOOR
    assert about(soft) == ()
    assert about(soft, *[pixels(part((640, 480)))] * 3) == ("blurred",)


def test_after_a_minute_of_another_part_that_one_is_the_measure() -> None:
    doubts = Doubts()
    plain, rich = Quality(50.0, 0, 0), Quality(1000.0, 0, 0)
    for second in range(10):
        assert doubts.about(rich, second) == ()
    assert doubts.about(plain, 11) == ("blurred",)
    told = [doubts.about(plain, 12 + second) for second in range(120)]
    assert told[0] == ("blurred",) and told[-1] == ()


@pytest.mark.parametrize(
    ("dark", "bright", "told"),
    [(0.5, 0.0, ()), (0.7, 0.0, ("dark",)), (0.0, 0.1, ()), (0.0, 0.2, ("bright",)), (0.7, 0.2, ("dark", "bright"))],
)  # fmt: skip
def test_the_share_of_clipped_pixels_tells_bad_light(
    dark: float, bright: float, told: tuple[str, ...]
) -> None:
    drawn = pixels(part((640, 480)))
    drawn[:, : round(640 * dark)] = 0
    drawn[:, 640 - round(640 * bright) :] = 255
    seen = quality_of(drawn)
    assert (seen.dark, seen.bright) == (pytest.approx(dark, abs=0.01), pytest.approx(bright, abs=0.01))
    assert about(drawn) == told


def test_a_coloured_part_is_not_too_dark_and_a_bright_colour_is_burnt_out() -> None:
    red = np.zeros((100, 100, 3), np.uint8)
    red[..., 0] = 120
    assert quality_of(red).dark == 0
    red[..., 0] = 255
    assert quality_of(red).bright == 1


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 900, 3), (480, 640), (1080, 1920, 3)])
def test_any_size_can_be_looked_at(shape: tuple[int, ...]) -> None:
    assert quality_of(np.zeros(shape, np.uint8)) == Quality(0.0, 1.0, 0.0)
