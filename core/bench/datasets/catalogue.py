"""The eleven sets in the order of the papers' tables, and ImageNet's four variants: folders, files, sentences.

Everyone keeps them as github.com/KaiyangZhou/CoOp's DATASETS.md says (methods.md §1.2).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.problems import Problem

Kind = Literal["split_json", "aircraft", "imagenet", "numbered", "class_folders"]
CLASS_NAMES = "classnames.txt"
PHOTO = "a photo of a {}."


@dataclass(frozen=True)
class PublicSet:
    """A set by its name in tables. `images` lies in `folder` and is what photos' paths begin at, `needed` must be
    there beside it; `template` is the hand-written sentence, `held_to` the one that KgCoOp and TCP are held to."""

    name: str
    folder: str
    images: str
    needed: str
    classes: int
    template: str = PHOTO
    kind: Kind = "split_json"
    held_to: str = ""
    mark: str = ""

    @property
    def tests_only(self) -> bool:
        """Whether it has no photos to learn from."""
        return self.kind in ("numbered", "class_folders")


ELEVEN = (
    PublicSet("ImageNet", "imagenet", "images", CLASS_NAMES, 1000, kind="imagenet"),
    PublicSet("Caltech101", "caltech-101", "101_ObjectCategories", "split_zhou_Caltech101.json", 100),
    PublicSet(
        "OxfordPets",
        "oxford_pets",
        "images",
        "split_zhou_OxfordPets.json",
        37,
        "a photo of a {}, a type of pet.",
    ),
    PublicSet("StanfordCars", "stanford_cars", "", "split_zhou_StanfordCars.json", 196, mark="cars_train"),
    PublicSet(
        "OxfordFlowers",
        "oxford_flowers",
        "jpg",
        "split_zhou_OxfordFlowers.json",
        102,
        "a photo of a {}, a type of flower.",
    ),
    PublicSet(
        "Food101", "food-101", "images", "split_zhou_Food101.json", 101, "a photo of {}, a type of food."
    ),
    PublicSet(
        "FGVCAircraft",
        "fgvc_aircraft",
        "images",
        "variants.txt",
        100,
        "a photo of a {}, a type of aircraft.",
        "aircraft",
    ),
    PublicSet("SUN397", "sun397", "SUN397", "split_zhou_SUN397.json", 397),
    PublicSet(
        "DescribableTextures",
        "dtd",
        "images",
        "split_zhou_DescribableTextures.json",
        47,
        "{} texture.",
        held_to="a photo of a {}, a type of texture.",
    ),
    PublicSet(
        "EuroSAT", "eurosat", "2750", "split_zhou_EuroSAT.json", 10, "a centered satellite photo of {}."
    ),
    PublicSet(
        "UCF101",
        "ucf101",
        "UCF-101-midframes",
        "split_zhou_UCF101.json",
        101,
        "a photo of a person doing {}.",
    ),
)
VARIANTS = (
    PublicSet(
        "ImageNetV2",
        "imagenetv2",
        "imagenetv2-matched-frequency-format-val",
        CLASS_NAMES,
        1000,
        kind="numbered",
    ),
    PublicSet("ImageNet-Sketch", "imagenet-sketch", "images", CLASS_NAMES, 1000, kind="class_folders"),
    PublicSet("ImageNet-A", "imagenet-adversarial", "imagenet-a", CLASS_NAMES, 200, kind="class_folders"),
    PublicSet("ImageNet-R", "imagenet-rendition", "imagenet-r", CLASS_NAMES, 200, kind="class_folders"),
)


def recognise(folder: Path) -> PublicSet | None:
    """The public set that lies in a folder, by its name and by what is in it; None where it is any other folder.

    Raises:
        Problem: `bench.split_missing` when it is one of them but for the file that says which photos are for what.
            One that was drawn anew would be another split, and its figures no match for any paper's.
    """
    found = next((entry for entry in (*ELEVEN, *VARIANTS) if entry.folder == folder.absolute().name), None)
    if found is None or not (folder / (found.mark or found.images)).is_dir():
        return None
    if not (folder / found.needed).is_file():
        raise Problem("bench.split_missing", name=found.name, path=folder, file=found.needed)
    return found
