"""A small package that needs no training: four classes, two of them learned, features of eight numbers."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from core.package.archive import ADAPTER, CARD, CHECK, HEAD, REPORT, TEXT_FEATURES, write_package
from core.package.forms import CosineForm, FusedForm, LinearForm
from core.package.manifest import (
    DataFingerprint,
    Manifest,
    PackagedBackbone,
    PackagedClass,
    PackagedPreprocessing,
    PartCounts,
    Training,
)
from core.training.result import Calibration, Metrics, UnsureThreshold

LINEAR = {"gamma": (8,), "beta": (8,), "weight": (2, 8), "bias": (2,)}
NAMES = ("良品", "きず", "欠け", "汚れ")
METRICS = Metrics(base=0.9, new=0.6, h=0.72, union_base=0.8, union_new=0.5, union_h=0.615)


@pytest.fixture
def manifest() -> Manifest:
    """A manifest as export makes it, without its members."""
    return Manifest(
        created=datetime(2026, 11, 23, tzinfo=UTC),
        program="0.1.0",
        classes=tuple(
            PackagedClass(id=i, name=name, description=f"part {i}", role="base" if i < 2 else "new")
            for i, name in enumerate(NAMES)
        ),
        backbone=PackagedBackbone(
            name="tiny",
            architecture="tiny",
            source="embedded",
            sha256="ab" * 32,
            licence="Apache-2.0",
            embed_dim=8,
            preprocessing=PackagedPreprocessing(
                image_size=32, resize="shortest", interpolation="bicubic", mean=(0.5,) * 3, std=(0.5,) * 3
            ),
        ),
        training=Training(
            composition="dept(coop)", preset="coop-dept", hyper={"dept.balance": 0.7, "coop.n_ctx": 4},
            seed=1, shots=16, steps=20, epochs=2, kept_epoch=2, trained_parameters=100,
            judges_new=True,
        ),
        data=DataFingerprint(
            revision="cd" * 32,
            photos=PartCounts(train=(9, 9, 0, 0), val=(2, 2, 2, 2), test=(5, 5, 5, 5)),
            new_measured_on="own",
        ),
        metrics={"zero_shot": METRICS, "tuned": METRICS},
        intervals={},
        unsure=UnsureThreshold(probability=0.5, wished_error=0.05, sent_to_person=0.1, promised=False, n=20),
        logit_scale=100.0,
        classifier=FusedForm(
            matching=CosineForm(), head=LinearForm(), rows=(0, 1, -1, -1), matching_weight=0.3, head_weight=0.7
        ),
        calibration=Calibration(matching=1.5, fused=4.0, photos=40),
        members=(),
    )  # fmt: skip


@pytest.fixture
def members() -> dict[str, bytes]:
    """Contents that fit the manifest in kind; the figures mean nothing."""
    rng = np.random.default_rng(0)
    text = {"text_features": rng.normal(size=(4, 8)).astype(np.float32)}
    return {
        ADAPTER: save({"inner.ctx": rng.normal(size=(4, 8)).astype(np.float32)}),
        TEXT_FEATURES: save(text),
        HEAD: save({name: rng.normal(size=shape).astype(np.float32) for name, shape in LINEAR.items()}),
        CHECK: save({"image_features": rng.normal(size=(3, 8)).astype(np.float32)}),
        CARD: "# カード\n".encode(),
        REPORT: b"<!doctype html><title>report</title>",
    }


@pytest.fixture
def written(tmp_path: Path, manifest: Manifest, members: dict[str, bytes]) -> Path:
    """The package on disk."""
    path = tmp_path / "部品.hkd"
    write_package(path, manifest, members)
    return path
