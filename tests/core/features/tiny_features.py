"""A features file of the tiny run's pictures."""

from pathlib import Path

from core.backbones.load import load_backbone
from core.backbones.store import ModelStore
from core.features.file import FeaturesFile, open_features, save_features
from core.files import sha256_file
from core.methods.catalogue import parse_composition
from core.photos.scan import scan
from core.project.revision import DataRevision
from core.project.store import CACHE_FOLDER, Project
from core.training.commands import Commands
from core.training.extract import Extraction, extract
from core.training.job import DATA_FILE, HyperValue, TrainJob, save_job
from tests.core.tiny_backbone import NAME, store_tiny_backbone
from tests.core.tiny_run import COLOURS, QUICK, tiny_revision

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


def tiny_project(root: Path, held_back: int = 2) -> Project:
    """A project of the tiny pictures that keeps features in their place, open; the last classes are held back."""
    tiny_revision(root / "photos")
    project = Project.create(root / "project", "検査")
    for name in COLOURS:
        project.add_class(name, name)
    project.add_photos(scan(root / "photos"))
    project.label_by_folders()
    for number, entry in enumerate(project.classes()):
        project.set_role(entry.id, "base" if number < len(COLOURS) - held_back else "new")
    path = project.folder / CACHE_FOLDER / "f.features"
    tiny_features(path, revision=project.snapshot())
    project.keep_features_only(path, project.snapshot().id)
    return project


def run_in(project: Project, composition: str = "dept(coop)", **hyper: HyperValue) -> Path:
    """Lay out a run of such a project; gives its folder."""
    file = open_features(project.features_file)
    return run_on(project.features_file, file, project.new_run_folder(), composition, **hyper)
