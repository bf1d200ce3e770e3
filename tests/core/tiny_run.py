"""A run on a handful of coloured pictures and the tiny backbone: seconds from job to result."""

from pathlib import Path

import numpy as np
from PIL import Image

from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry
from core.training.job import DATA_FILE, HyperValue, TrainJob, save_job
from tests.core.tiny_backbone import store_tiny_backbone

COLOURS = {"赤": (200, 40, 40), "緑": (40, 180, 60), "青": (40, 60, 200), "黄": (220, 210, 50)}
WORDS = ("red part", "green part", "blue part", "yellow part")
PER_PART: dict[Part, int] = {"train": 6, "val": 3, "test": 4}
QUICK: dict[str, HyperValue] = {"training.epochs": 3, "training.batch_size": 4, "training.views": 3}


def tiny_revision(root: Path, seed: int = 0) -> DataRevision:
    """Two learned and two held-back classes of noisy colours, written as pictures under `root`."""
    rng = np.random.default_rng(seed)
    photos: list[PhotoEntry] = []
    for label, (name, colour) in enumerate(COLOURS.items()):
        for part, count in PER_PART.items():
            for number in range(count):
                path = root / name / f"{part}{number}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                noise = rng.integers(-40, 40, (40, 48, 3))
                picture = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
                Image.fromarray(picture).save(path)
                photos.append(PhotoEntry(path=path.relative_to(root).as_posix(), label=label, part=part))
    classes = tuple(
        ClassEntry(name=name, description=words, role="base" if label < 2 else "new")
        for label, (name, words) in enumerate(zip(COLOURS, WORDS, strict=True))
    )
    return DataRevision(root=str(root), classes=classes, photos=tuple(photos))


def tiny_run(
    folder: Path,
    composition: str = "dept(coop)",
    hyper: dict[str, HyperValue] | None = None,
    *,
    backbone: str | None = None,
    seed: int = 1,
    revision: DataRevision | None = None,
) -> Path:
    """Lay out a run's folder with its job and data; gives the folder."""
    revision = revision or tiny_revision(folder.parent / "photos")
    if hyper is None:
        hyper = {} if composition == "zero-shot" else QUICK
    name = backbone or store_tiny_backbone()
    save_job(
        TrainJob(
            run=str(folder),
            preset=composition,
            composition=composition,
            hyper=hyper,
            backbone=name,
            seed=seed,
            device="cpu",
        )
    )
    revision.save(folder / DATA_FILE)
    return folder
