"""Which photos of a public set are for what, as its own files say. Only text is read: no pickle, nothing is run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from core.bench.datasets.catalogue import CLASS_NAMES, PublicSet
from core.photos.formats import looks_like_photo
from core.problems import Problem


@dataclass(frozen=True)
class Item:
    """A photo: path in the set's folder with forward slashes, label, and the class's name as the files have it."""

    path: str
    label: int
    class_name: str


@dataclass(frozen=True)
class Split:
    """The photos of a set in the order of its files, which sampling goes by."""

    train: tuple[Item, ...]
    val: tuple[Item, ...]
    test: tuple[Item, ...]

    @property
    def labels(self) -> list[int]:
        """The labels in order; a set's classes are those of its training photos (of its test photos, without)."""
        return sorted({item.label for item in self.train or self.test})


def read_split(entry: PublicSet, folder: Path) -> Split:
    """The split of the set that lies in a folder.

    Raises:
        Problem: `bench.split_unreadable` for a file or folder that is gone, spoiled or of another form,
            `bench.other_class_count` when there are not as many classes as the papers' set has.
    """
    try:
        split = _read(entry, folder)
        _check_labels(split)
    except (OSError, ValueError, KeyError, ValidationError) as error:
        raise Problem("bench.split_unreadable", name=entry.name, path=folder, reason=error) from error
    if len(split.labels) != entry.classes:
        raise Problem(
            "bench.other_class_count",
            name=entry.name,
            path=folder,
            found=len(split.labels),
            wanted=entry.classes,
        )
    return split


def _check_labels(split: Split) -> None:
    known = set(split.labels)
    for item in (*split.val, *split.test):
        if item.label not in known:
            raise ValueError(f"{item.path}: {item.label}")


class _SplitFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    train: list[tuple[str, int, str]]
    val: list[tuple[str, int, str]]
    test: list[tuple[str, int, str]]


def _read(entry: PublicSet, folder: Path) -> Split:
    match entry.kind:
        case "aircraft":
            return _aircraft(entry, folder)
        case "imagenet":
            train, test = (tuple(_in_class_folders(folder, f"images/{part}")) for part in ("train", "val"))
            return Split(train, (), test)
        case "numbered":
            return Split((), (), tuple(_in_numbered_folders(folder, entry.images)))
        case "class_folders":
            return Split((), (), tuple(_in_class_folders(folder, entry.images)))
    return _from_json(entry, folder)


def _from_json(entry: PublicSet, folder: Path) -> Split:
    content = _SplitFile.model_validate_json((folder / entry.needed).read_bytes())
    return Split(*(_items(entry, rows) for rows in (content.train, content.val, content.test)))


def _items(entry: PublicSet, rows: list[tuple[str, int, str]]) -> tuple[Item, ...]:
    return tuple(Item(_inside(entry.images, path), label, name) for path, label, name in rows)


def _inside(images: str, path: str) -> str:
    """The path from the set's folder on; a split file cannot name photos elsewhere on this PC."""
    relative = PurePosixPath(path.replace("\\", "/"))
    if relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
        raise ValueError(path)
    return (PurePosixPath(images) / relative).as_posix()


def _aircraft(entry: PublicSet, folder: Path) -> Split:
    """FGVC's own three lists, `number variant`; the order of classes is that of variants.txt."""
    variants = [line.strip() for line in _lines(folder / entry.needed)]
    label = {name: number for number, name in enumerate(variants)}
    return Split(
        *(
            tuple(
                Item(f"{entry.images}/{number}.jpg", label[name.strip()], name.strip())
                for number, _, name in (
                    line.partition(" ") for line in _lines(folder / f"images_variant_{part}.txt")
                )
            )
            for part in ("train", "val", "test")
        )
    )


def _in_class_folders(folder: Path, images: str) -> Iterator[Item]:
    """`<wnid>/photo`: the label is the folder's rank. Photos come sorted, where public code takes them as the disk
    gives them, so that a draw is the same on every PC."""
    names = _class_names(folder)
    for label, wnid in enumerate(sorted(each.name for each in (folder / images).iterdir() if each.is_dir())):
        for path in _photos(folder, f"{images}/{wnid}"):
            yield Item(path, label, names[wnid])


def _in_numbered_folders(folder: Path, images: str) -> Iterator[Item]:
    """`<number>/photo`: the number is the place among all of ImageNet's classes."""
    for label, name in enumerate(_class_names(folder).values()):
        for path in _photos(folder, f"{images}/{label}"):
            yield Item(path, label, name)


def _class_names(folder: Path) -> dict[str, str]:
    """`wnid name`, line by line. Two classes of one name get their wnid behind it: here a name is a class."""
    pairs = [line.split(" ", 1) for line in _lines(folder / CLASS_NAMES)]
    names = {wnid: name.strip() for wnid, name in pairs}
    listed = list(names.values())
    return {wnid: name if listed.count(name) == 1 else f"{name} ({wnid})" for wnid, name in names.items()}


def _photos(folder: Path, within: str) -> list[str]:
    found = (each.name for each in (folder / within).iterdir() if looks_like_photo(each.name))
    return [f"{within}/{name}" for name in sorted(found)]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
