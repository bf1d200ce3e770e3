"""The pixels are those of open_clip's own evaluation transform."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.backbones.preprocess import Preprocessing, normalise, preprocess_photo
from core.backbones.torchvision_shim import make_torchvision_importable
from core.problems import Problem

make_torchvision_importable()
from open_clip.transform import PreprocessCfg, image_transform_v2  # noqa: E402 - torchvision first

MEAN, STD = (0.1, 0.5, 0.4), (0.2, 0.25, 0.5)


def photo(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng([width, height]).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


@given(
    width=st.integers(1, 130),
    height=st.integers(1, 130),
    resize=st.sampled_from(["shortest", "squash"]),
    interpolation=st.sampled_from(["bicubic", "bilinear"]),
)
def test_equal_to_open_clips_transform(width: int, height: int, resize: str, interpolation: str) -> None:
    cfg = PreprocessCfg(size=48, mean=MEAN, std=STD, interpolation=interpolation, resize_mode=resize)
    p = Preprocessing.from_open_clip(
        {"mean": MEAN, "std": STD, "interpolation": interpolation, "resize_mode": resize}, 48
    )
    image = photo(width, height)
    ours = normalise(preprocess_photo(image, p)[None], p)[0]
    theirs = image_transform_v2(cfg, is_train=False)(image).numpy()
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)


def test_a_photo_of_the_right_size_is_left_as_it_is() -> None:
    image = photo(48, 48)
    np.testing.assert_array_equal(preprocess_photo(image, Preprocessing(48)), np.asarray(image))


def test_a_grey_photo_gets_three_channels() -> None:
    assert preprocess_photo(photo(60, 50).convert("L"), Preprocessing(32)).shape == (32, 32, 3)


def test_a_journey_through_json_changes_nothing() -> None:
    p = Preprocessing(64, "squash", "bilinear", MEAN, STD)
    assert Preprocessing.from_dict(json.loads(json.dumps(p.as_dict()))) == p


def test_what_a_description_leaves_out_is_open_clips_default() -> None:
    default = PreprocessCfg()
    p = Preprocessing.from_open_clip({}, 224)
    assert (p.resize, p.interpolation, p.mean, p.std) == (
        default.resize_mode,
        default.interpolation,
        default.mean,
        default.std,
    )


def test_an_unknown_way_of_resizing_is_refused() -> None:
    with pytest.raises(Problem) as refusal:
        Preprocessing.from_open_clip({"resize_mode": "longest"}, 224)
    assert refusal.value.code == "backbones.unsupported"
