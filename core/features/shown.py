"""How a run on a features file is asked for: by the model that made the file, with photos shown as it has them."""

from core.backbones.store import ModelStore
from core.features.file import FeaturesFile
from core.methods.catalogue import RECIPE
from core.methods.presets import Preset
from core.problems import Problem
from core.training.job import HyperValue

SHOWN = ("training.views", "training.smallest_crop", "training.flip")


def shown_as_in(file: FeaturesFile, preset: Preset) -> dict[str, HyperValue]:
    """A preset's settings with photos shown as the file has them, in no more views than it has."""
    if preset.parsed.learns != "by_epochs":
        return dict(preset.hyper)
    about, recipe = file.about, preset.parsed.configure(preset.hyper)[RECIPE]
    shown = (min(recipe.views, about.views), about.smallest_crop, about.flip)
    return preset.hyper | dict(zip(SHOWN, shown, strict=True))


def backbone_for(file: FeaturesFile) -> str:
    """The name under which this PC keeps the very backbone that made the file.

    Raises:
        Problem: `features.no_backbone`.
    """
    for entry in ModelStore().entries():
        if entry.state == "ready" and entry.sha256 == file.about.backbone_sha256:
            return entry.name
    raise Problem("features.no_backbone", name=file.about.backbone)
