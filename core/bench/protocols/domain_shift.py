"""Domain shift: trained on photos as they are, judged on test photos under five corruptions at five strengths."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from core.backbones.preprocess import Preprocessing, preprocess_photo
from core.bench.corruptions import CORRUPTIONS, STRENGTHS, corrupt
from core.bench.protocol import Line, Request, SeedRun, line_of
from core.bench.runs import Engine, TrainedRun
from core.photos.decode import open_photo
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry


def domain_shift(request: Request, engine: Engine) -> Iterator[Line]:
    """A line for each set, corruption, strength and preset, the photos as they are first (strength 0).

    Raises:
        Problem: as reading the set and training raise.
    """
    for bench_set in request.sets:
        revisions = {seed: bench_set.learnable(seed, request.shots) for seed in request.seeds}
        with ExitStack() as stack:
            trained = {
                preset.name: [
                    stack.enter_context(engine.trained(bench_set, preset, revision, seed))
                    for seed, revision in revisions.items()
                ]
                for preset in request.presets
            }
            unshifted = {name: [SeedRun.of(run) for run in runs] for name, runs in trained.items()}
            first = request.presets[0].name
            for preset in request.presets:
                runs, condition = unshifted[preset.name], _condition(None, 0, request)
                yield line_of(bench_set, preset, runs, condition, first=unshifted[first])
            for kind, strength in ((kind, strength) for kind in CORRUPTIONS for strength in STRENGTHS):
                engine.tell(f"{bench_set.name}  {kind} {strength}")
                with TemporaryDirectory(prefix="hikidashi-bench-") as folder:
                    shifted = _shifted(trained, kind, strength, Path(folder))
                for preset in request.presets:
                    condition = _condition(kind, strength, request)
                    yield line_of(bench_set, preset, shifted[preset.name], condition, first=shifted[first])


def corrupted(
    revision: DataRevision, kind: str, strength: int, seed: int, to: Preprocessing, folder: Path
) -> DataRevision:
    """The test photos of a revision at input size and corrupted, as files in a folder; nothing to learn from.

    Photos that cannot be opened are left out, as they are everywhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    photos = []
    for number, photo in enumerate(revision.of("test")):
        path = folder / f"{number:06}.png"
        try:
            opened = open_photo(revision.photo_path(photo), at_least=to.image_size)
        except Problem:
            continue
        shown = Image.fromarray(preprocess_photo(opened, to))
        corrupt(shown, kind, strength, seed, photo.path).save(path, compress_level=1)
        photos.append(PhotoEntry(path=path.name, label=photo.label, part="test"))
    return revision.model_copy(update={"root": str(folder), "photos": tuple(photos)})


def _shifted(
    trained: dict[str, list[TrainedRun]], kind: str, strength: int, folder: Path
) -> dict[str, list[SeedRun]]:
    """Every run on the corrupted photos of its seed, which all presets share."""
    found: dict[str, list[SeedRun]] = {}
    revisions: dict[int, DataRevision] = {}
    for name, runs in trained.items():
        found[name] = []
        for run in runs:
            if run.seed not in revisions:
                to, here = run.engine.backbone.preprocessing, folder / str(run.seed)
                revisions[run.seed] = corrupted(run.revision, kind, strength, run.seed, to, here)
            found[name].append(SeedRun.of(run, run.judge(revisions[run.seed], cache=folder / "cache")))
    return found


def _condition(kind: str | None, strength: int, request: Request) -> dict[str, object]:
    return {"shift": kind, "strength": strength, "shots": request.shots}
