"""Corruptions: the same from the same seed, stronger with strength, and what they say they are."""

import io

import numpy as np
import pytest
from PIL import Image

from core.bench.corruptions import CORRUPTIONS, STRENGTHS, corrupt


def picture(size: int = 128) -> Image.Image:
    """Patches with a fine grain."""
    rng = np.random.default_rng(0)
    patches = np.kron(rng.integers(60, 180, (8, 8, 3)), np.ones((size // 8, size // 8, 1)))
    return Image.fromarray((patches + rng.integers(-20, 20, (size, size, 3))).astype(np.uint8))


def distance(a: Image.Image, b: Image.Image) -> float:
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).mean())


@pytest.mark.parametrize("kind", CORRUPTIONS)
@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_corruption_is_the_same_from_the_same_seed(kind: str, strength: int) -> None:
    first, again = (corrupt(picture(), kind, strength, 1, "a.png") for _ in range(2))
    assert first.tobytes() == again.tobytes()
    assert (first.mode, first.size) == ("RGB", (128, 128))


@pytest.mark.parametrize("kind", CORRUPTIONS)
def test_it_grows_with_its_strength(kind: str) -> None:
    for seed in range(4):
        away = [distance(picture(), corrupt(picture(), kind, s, seed, "a.png")) for s in STRENGTHS]
        assert away == sorted(away)
        assert away[0] > 0
        assert away[-1] > 1.2 * away[0]


@pytest.mark.parametrize("kind", ["lighting", "noise", "camera"])
def test_seeds_and_photos_differ_where_chance_plays(kind: str) -> None:
    found = {corrupt(picture(), kind, 3, seed, name).tobytes() for seed in range(6) for name in "ab"}
    assert len(found) > 2


@pytest.mark.parametrize("kind", ["blur", "jpeg"])
def test_no_chance_plays_in_blur_and_jpeg(kind: str) -> None:
    assert len({corrupt(picture(), kind, 3, seed, name).tobytes() for seed in (1, 2) for name in "ab"}) == 1


def test_a_plain_surface_stays_plain_under_blur() -> None:
    grey = Image.new("RGB", (32, 32), (90, 120, 150))
    assert corrupt(grey, "blur", 5, 1, "a").tobytes() == grey.tobytes()


def test_noise_has_the_deviation_it_names() -> None:
    grey = Image.new("RGB", (128, 128), (128, 128, 128))
    found = np.asarray(corrupt(grey, "noise", 2, 1, "a"), float) - 128
    assert found.std() == pytest.approx(0.06 * 255, rel=0.03)
    assert found.mean() == pytest.approx(0, abs=0.3)


def test_light_changes_by_its_stops() -> None:
    grey = Image.new("RGB", (65, 65), (60, 60, 60))
    middle = np.asarray(corrupt(grey, "lighting", 3, 1, "a"), float)[32, 32, 0] / 60
    assert min(abs(middle - 2**0.9), abs(middle - 2**-0.9)) < 0.02


def test_jpeg_is_the_decoders_own_at_its_quality() -> None:
    content = io.BytesIO()
    picture().save(content, "JPEG", quality=15)
    assert corrupt(picture(), "jpeg", 3, 1, "a").tobytes() == Image.open(content).convert("RGB").tobytes()
