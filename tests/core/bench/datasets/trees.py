"""The public sets in miniature: the same folders and split files, a few photos, of which only some tests need pixels."""

import json
from pathlib import Path

from PIL import Image

from core.bench.datasets.catalogue import CLASS_NAMES, PublicSet

Rows = list[list[object]]
PER_CLASS = {"train": 3, "val": 2, "test": 2}


def write_tree(
    root: Path, entry: PublicSet, per_class: dict[str, int] | None = None, *, pictures: bool = False
) -> Path:
    """A set below `root`; gives its folder. Without `pictures` the files of photos are empty, or not there at all."""
    folder, counts = root / entry.folder, per_class or PER_CLASS
    (folder / (entry.mark or entry.images)).mkdir(parents=True)
    match entry.kind:
        case "split_json":
            _with_json(folder, entry, counts, pictures)
        case "aircraft":
            _aircraft(folder, entry, counts)
        case _:
            _imagenet(folder, entry, counts)
    return folder


def class_name(number: int) -> str:
    """As split files have it, with an underscore."""
    return f"kind_{number:03}"


def wnid(number: int) -> str:
    """A folder of ImageNet's."""
    return f"n{10_000_000 + number * 37}"


def _with_json(folder: Path, entry: PublicSet, counts: dict[str, int], pictures: bool) -> None:
    within = "cars_train/" if entry.name == "StanfordCars" else ""
    split: dict[str, Rows] = {}
    for part, count in counts.items():
        # Photos of a class do not stand together, and classes do not come in their order.
        split[part] = [
            [f"{within}{class_name(label)}/{part}_{number}.jpg", label, class_name(label)]
            for number in range(count)
            for label in reversed(range(entry.classes))
        ]
        for path, label, _ in split[part] if pictures else []:
            _paint(folder / entry.images / str(path), int(str(label)), str(path))
    (folder / entry.needed).write_text(json.dumps(split), encoding="utf-8")


def _aircraft(folder: Path, entry: PublicSet, counts: dict[str, int]) -> None:
    names = [f"{700 + number}-200 /{number}" for number in range(entry.classes)]
    (folder / "variants.txt").write_text("\n".join(names) + "\n")
    for part, count in counts.items():
        lines = [f"{part}{n}{label:03} {name}" for n in range(count) for label, name in enumerate(names)]
        (folder / f"images_variant_{part}.txt").write_text("\n".join(lines) + "\n")


def _imagenet(folder: Path, entry: PublicSet, counts: dict[str, int]) -> None:
    # The last two classes share a name, as some of ImageNet's do.
    names = [class_name(min(number, 998)) for number in range(1000)]
    lines = [f"{wnid(number)} {name}" for number, name in enumerate(names)]
    (folder / CLASS_NAMES).write_text("\n".join(lines) + "\n")
    parts = (
        {"train": counts["train"], "val": counts["test"]}
        if entry.kind == "imagenet"
        else {"": counts["test"]}
    )
    step = 1000 // entry.classes
    for part, count in parts.items():
        for number in range(0, 1000, step):
            place = folder / entry.images / part / (str(number) if entry.kind == "numbered" else wnid(number))
            place.mkdir(parents=True)
            for photo in range(count):
                (place / f"{photo}.JPEG").touch()
    (folder / entry.images / "README.txt").touch()


def _paint(path: Path, label: int, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shade = sum(text.encode()) % 40
    colour = (25 * (label % 10), 200 - 30 * (label % 6), 60 * (label % 4) + shade)
    Image.new("RGB", (36, 40), colour).save(path, quality=95)
