"""Which features file a run stands on, and whether it has what a method needs."""

from dataclasses import replace
from pathlib import Path

from core.features.file import FeaturesFile, open_features
from core.files import sha256_file
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Method
from core.problems import Problem
from core.training.job import TrainJob


def features_of(job: TrainJob, run: Path) -> FeaturesFile | None:
    """The features file that the job of a run names, opened and found to be the one it was started with; None where
    it works on photos.

    Raises:
        Problem: `features.changed`, or as `open_features`.
    """
    if not job.features:
        return None
    path = features_path(job, run)
    file = open_features(path)
    if sha256_file(path) != job.features_sha256:
        raise Problem("features.changed", path=path)
    return file


def features_path(job: TrainJob, run: Path) -> Path:
    """Where the features file of a run lies: as its job says, or beside the runs of a project that was moved."""
    path = Path(job.features)
    beside = run.parent.parent / path.name
    return beside if beside.is_file() and not path.is_file() else path


def check_serves(file: FeaturesFile, composition: str, method: Method) -> None:
    """Refuse a method that needs more than image features, and a backbone that others were made with.

    Raises:
        Problem: `features.needs_pixels`, `features.other_backbone`.
    """
    if method.needs.kind != "image_features":
        raise Problem("features.needs_pixels", composition=composition)
    backbone = method.backbone
    if file.dim != backbone.embed_dim or not file.serves(backbone.card.sha256, backbone.preprocessing):
        raise Problem("features.other_backbone", name=backbone.card.name, wanted=file.about.backbone)


def recipe_on(file: FeaturesFile, recipe: RecipeConfig, learns: str) -> RecipeConfig:
    """The recipe of a run on a file. What learns at once has no setting for views: it takes all that there are."""
    if learns == "by_epochs":
        return recipe
    about = file.about
    return replace(recipe, views=about.views, smallest_crop=about.smallest_crop, flip=about.flip)


def check_views(file: FeaturesFile, views: int, recipe: RecipeConfig) -> None:
    """Refuse settings that show photos otherwise than they were shown to the backbone.

    Raises:
        Problem: `features.other_views`.
    """
    about = file.about
    alike = (about.smallest_crop, about.flip) == (recipe.smallest_crop, recipe.flip)
    if views > about.views or (views > 1 and not alike):
        wanted = _told(views, recipe.smallest_crop, recipe.flip)
        found = _told(about.views, about.smallest_crop, about.flip)
        raise Problem("features.other_views", wanted=wanted, found=found)


def _told(views: int, smallest_crop: float, flip: bool) -> str:
    return f"views={views} smallest_crop={smallest_crop:g} flip={str(flip).lower()}"
