"""The graph brings photos to input size as the program does: within one level of 255, and nearly everywhere to it."""

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from core.backbones.preprocess import Preprocessing, normalise, preprocess_photo
from core.package.manifest import PackagedPreprocessing
from core.package.onnx.photos import photos_graph

SIZES = [
    (48, 40),
    (32, 32),
    (33, 32),
    (32, 47),
    (640, 481),
    (333, 1000),
    (20, 30),
    (9, 8),
    (1201, 777),
    (35, 32),
]


def session_of(p: Preprocessing) -> onnxruntime.InferenceSession:
    model = photos_graph(PackagedPreprocessing(**p.as_dict()))
    return onnxruntime.InferenceSession(model.SerializeToString())


@pytest.mark.parametrize("resize", ["shortest", "squash"])
@pytest.mark.parametrize(("interpolation", "share"), [("bicubic", 0.01), ("bilinear", 0.02)])
def test_photos_of_any_size_come_out_as_from_pillow(resize: str, interpolation: str, share: float) -> None:
    p = Preprocessing.from_dict(
        Preprocessing(32).as_dict() | {"resize": resize, "interpolation": interpolation}
    )
    session, rng = session_of(p), np.random.default_rng(0)
    levels = np.float32(1 / (255 * np.array(p.std)))[:, None, None]
    apart, values = 0, 0
    for width, height in SIZES:
        photo = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        expected = normalise(preprocess_photo(Image.fromarray(photo), p)[None], p)[0]
        (found,) = session.run(None, {"photos": photo[None]})
        difference = np.rint(np.abs(found[0] - expected) / levels)
        assert difference.max() <= 1, (width, height)
        apart, values = apart + int(difference.sum()), values + difference.size
        if (width, height) == (32, 32):
            assert np.array_equal(found[0], expected), (
                "a photo at input size is left as it is, to the last bit"
            )
    assert apart / values <= share


def test_photos_of_one_size_go_together() -> None:
    session, rng = session_of(Preprocessing(16)), np.random.default_rng(1)
    photos = rng.integers(0, 256, (3, 40, 25, 3), dtype=np.uint8)
    (together,) = session.run(None, {"photos": photos})
    one_by_one = [session.run(None, {"photos": photo[None]})[0] for photo in photos]
    assert np.array_equal(together, np.concatenate(one_by_one))


@pytest.mark.parametrize("excess", range(8))
def test_the_middle_is_cut_out_where_python_rounds_it(excess: int) -> None:
    p = Preprocessing(16)
    photo = np.zeros((16, 16 + excess, 3), np.uint8)
    photo[:] = (np.arange(16 + excess) * 9)[None, :, None]
    (found,) = session_of(p).run(None, {"photos": photo[None]})
    assert np.array_equal(found, normalise(preprocess_photo(Image.fromarray(photo), p)[None], p))
