"""What a features file holds, what it does not, and what stays possible with it: in plain sentences."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.assets import ASSETS
from core.features.file import FeaturesFile
from core.problems import Language
from core.project.revision import PARTS


@dataclass(frozen=True)
class Told:
    """Sentences about a file."""

    contains: tuple[str, ...]
    absent: tuple[str, ...]
    still_possible: tuple[str, ...]


def tell(file: FeaturesFile, language: Language) -> Told:
    """The sentences in one language; the same in every file but for its own figures and names."""
    words, about = _words(language), file.about
    counts = {part: int((file.parts == number).sum()) for number, part in enumerate(PARTS)}
    views = words["views"].format(views=about.views, learned=len(file.views))
    names = words["named"] if about.named else words["numbered"]
    contains = (
        words["photos"].format(photos=len(file.plain), dim=file.dim, **counts),
        *((views,) if about.views > 1 else ()),
        words["labels"],
        names.format(classes=len(about.classes)),
        words["backbone"].format(backbone=about.backbone),
    )
    absent = [*words["absent"], *([] if about.named else [words["absent_names"]])]
    return Told(contains, tuple(absent), tuple(words["still_possible"]))


@cache
def _words(language: Language) -> dict[str, Any]:
    path = ASSETS / "features" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
