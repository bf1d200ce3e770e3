"""The sample project: photos of a small plant's parts, to learn the program with.

`python -m core.partsworld.sample` writes `assets/sample/{train,test}/<folder>/*.jpg` and `classes.toml`, the same
bytes each time. The classes are ordered so that the first half (base) and the rest (new) make a base-to-new task:
both halves hold several parts and conditions.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.partsworld.captions import describe
from core.partsworld.render import render
from core.partsworld.scene import Scene, draw_scene
from core.partsworld.vocabulary import Composition, Finish

SIZE = 224
TEST_PHOTOS = 22
SEED = 20240607
WORK_PLACES = ("conveyor", "tray", "table")
WARMTH = 0.2
EXPOSURE = 0.85
ROOT = Path(__file__).resolve().parents[2] / "assets" / "sample"


@dataclass(frozen=True)
class SampleClass:
    """One class of the sample project: what it shows, its names, how many training photos it has."""

    composition: Composition
    name_ja: str
    name_en: str
    train_photos: int

    @property
    def folder(self) -> str:
        return self.name_en.lower().replace(" ", "_").replace("-", "_")

    @property
    def description(self) -> str:
        return describe(self.composition)


def _c(part: str, material: str, colour: str | None, defect: str) -> Composition:
    return Composition(part, Finish(material, colour), defect)


CLASSES: tuple[SampleClass, ...] = (
    SampleClass(_c("bolt", "steel", None, "none"), "鋼ボルト 良品", "Steel bolt OK", 24),
    SampleClass(_c("bolt", "steel", None, "rust"), "鋼ボルト さび", "Steel bolt rust", 12),
    SampleClass(_c("bolt", "brass", None, "none"), "真ちゅうボルト 良品", "Brass bolt OK", 20),
    SampleClass(_c("screw", "steel", None, "none"), "鋼ねじ 良品", "Steel screw OK", 22),
    SampleClass(_c("screw", "steel", None, "rust"), "鋼ねじ さび", "Steel screw rust", 10),
    SampleClass(_c("screw", "brass", None, "none"), "真ちゅうねじ 良品", "Brass screw OK", 14),
    SampleClass(_c("gear", "plastic", "white", "none"), "白樹脂ギア 良品", "White gear OK", 18),
    SampleClass(_c("gear", "plastic", "white", "stain"), "白樹脂ギア 汚れ", "White gear stain", 8),
    SampleClass(_c("flange", "steel", None, "none"), "鋼フランジ 良品", "Steel flange OK", 20),
    SampleClass(_c("flange", "steel", None, "rust"), "鋼フランジ さび", "Steel flange rust", 9),
    SampleClass(_c("flange", "copper", None, "none"), "銅フランジ 良品", "Copper flange OK", 12),
    SampleClass(_c("cap", "plastic", "blue", "none"), "青樹脂キャップ 良品", "Blue plastic cap OK", 16),
    SampleClass(_c("cap", "anodised", "blue", "none"), "青アルマイトキャップ 良品", "Blue anodised cap OK", 10),
    SampleClass(_c("bracket", "painted", "yellow", "none"), "黄塗装ブラケット 良品", "Yellow bracket OK", 18),
    SampleClass(_c("bracket", "painted", "yellow", "rust"), "黄塗装ブラケット さび", "Yellow bracket rust", 7),
    SampleClass(_c("valve", "brass", None, "none"), "真ちゅうバルブ 良品", "Brass valve OK", 6),
)  # fmt: skip


def plant_scene(rng: np.random.Generator, composition: Composition) -> Scene:
    """A photo as this plant takes them: three work places, under warm lamps, somewhat dark.

    Pretraining has hardly seen such light. Zero-shot suffers from it in a way that tuning can mend, which is what a
    plant's own photos are like.
    """
    scene = draw_scene(rng, composition, str(rng.choice(WORK_PLACES)))
    lighting = replace(scene.lighting, warmth=WARMTH + float(rng.normal(0, 0.03)))
    camera = replace(scene.camera, exposure=EXPOSURE * scene.camera.exposure)
    return replace(scene, lighting=lighting, camera=camera)


def sample_photo(entry: SampleClass, place: int, *, test: bool) -> str:
    """The name of a class's photo by its place from 0, as seen from the sample's folder."""
    return f"{'test' if test else 'train'}/{entry.folder}/{entry.folder}_{place + 1:03d}.jpg"


def sample_scene(entry: SampleClass, place: int, *, test: bool) -> Scene:
    """What that photo shows."""
    rng = np.random.default_rng([SEED, CLASSES.index(entry), place, test])
    return plant_scene(rng, entry.composition)


def write_sample(root: Path = ROOT, size: int = SIZE) -> int:
    """Render the sample project under `root`; returns its size in bytes."""
    total = 0
    for entry in CLASSES:
        for test, count in ((False, entry.train_photos), (True, TEST_PHOTOS)):
            for place in range(count):
                photo = root / sample_photo(entry, place, test=test)
                photo.parent.mkdir(parents=True, exist_ok=True)
                picture = render(sample_scene(entry, place, test=test), size)
                Image.fromarray(picture).save(photo, quality=82)
                total += photo.stat().st_size
    (root / "classes.toml").write_text(_classes_toml(), encoding="utf-8")
    return total


def _classes_toml() -> str:
    blocks = [
        "\n".join(
            ("[[class]]", *(f"{key} = {json.dumps(getattr(entry, key), ensure_ascii=False)}" for key in keys))
        )
        for keys in [("folder", "name_ja", "name_en", "description")]
        for entry in CLASSES
    ]
    return "\n\n".join(blocks) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="render the sample project")
    parser.add_argument("--out", type=Path, default=ROOT)
    total = write_sample(parser.parse_args().out)
    print(f"{len(CLASSES)} classes, {total / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
