"""A features file of the tiny run's pictures."""

from pathlib import Path

from core.backbones.load import load_backbone
from core.backbones.store import ModelStore
from core.features.file import FeaturesFile, save_features
from core.files import sha256_file
from core.methods.catalogue import parse_composition
from core.project.revision import DataRevision
from core.training.commands import Commands
from core.training.extract import Extraction, extract
from core.training.job import DATA_FILE, HyperValue, TrainJob, save_job
from tests.core.tiny_backbone import NAME, store_tiny_backbone
from tests.core.tiny_run import QUICK, tiny_revision

AS_QUICK = Extraction(views=3, smallest_crop=0.5, flip=True)


def tiny_features(
    path: Path, wish: Extraction = AS_QUICK, revision: DataRevision | None = None
) -> FeaturesFile:
    """Extract the tiny pictures into a file."""
    stored = {entry.name for entry in ModelStore().entries()}
    backbone = load_backbone(NAME if NAME in stored else store_tiny_backbone(), "cpu")
    data = revision or tiny_revision(path.parent / "photos")
    file = extract(data, backbone, wish, lambda event: None, Commands())
    save_features(path, file)
    return file


def run_on(
    path: Path, file: FeaturesFile, folder: Path, composition: str = "dept(coop)", **hyper: HyperValue
) -> Path:
    """Lay out a run on a features file, as `tiny_run` does on pictures; gives its folder."""
    settings = QUICK if parse_composition(composition).learns == "by_epochs" else {}
    save_job(
        TrainJob(
            run=str(folder),
            preset=composition,
            composition=composition,
            hyper=settings | hyper,
            backbone=file.about.backbone,
            seed=1,
            device="cpu",
            features=str(path),
            features_sha256=sha256_file(path),
        )
    )
    file.revision.save(folder / DATA_FILE)
    return folder
