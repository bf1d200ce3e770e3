"""Channel importance against the sum written plainly, and a channel planted to be found."""

import numpy as np
import pytest

from core.insight.channels import channel_importance, share_taken

RNG = np.random.default_rng(1)


def _plain(images: np.ndarray, texts: np.ndarray, labels: np.ndarray, window: int) -> np.ndarray:
    width = images.shape[1]
    found = np.zeros(width)
    for r in range(width):
        channels = [(r + step) % width for step in range(window)]
        for image, label in zip(images, labels, strict=True):
            e = image / np.linalg.norm(image)
            spoken = [
                max(sum(e[c] * text[c] / np.linalg.norm(text) for c in channels), 0) + 1e-12 for text in texts
            ]
            found[r] += spoken[label] / np.mean(spoken) / len(images)
    return found


@pytest.mark.parametrize("window", [1, 3, 8])
def test_it_is_the_published_sum(window: int) -> None:
    images, texts = RNG.standard_normal((5, 8)), RNG.standard_normal((3, 8))
    labels = np.array([0, 1, 2, 2, 0])
    found = channel_importance(images, texts, labels, window)
    np.testing.assert_allclose(found, _plain(images, texts, labels, window), rtol=1e-6)


def test_a_planted_channel_is_found() -> None:
    """Ten channels say the same of both classes; channel 4 alone tells them apart."""
    texts = np.ones((2, 10))
    texts[0, 4], texts[1, 4] = 1.0, 0.0
    images = np.abs(RNG.standard_normal((20, 10))) + 0.1
    found = channel_importance(images, texts, np.zeros(20, dtype=np.intp))
    assert found.argmax() == 4 and found[4] == pytest.approx(2)
    others = np.delete(found, 4)
    assert others.max() < 1.1


def test_the_share_taken_counts_channels() -> None:
    assert share_taken(np.array([2.0, 1.0, 3.0, 1.0]), np.array([1.0, 1.0, 1.0, 2.0])) == 0.625
