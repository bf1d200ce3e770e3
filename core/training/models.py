"""The window's jobs about models: bring them in from a file, fetch one. A stop leaves nothing half done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from core.backbones.bundle import open_bundle
from core.backbones.bundle_import import import_bundle
from core.backbones.download import catalogue_entry, download
from core.backbones.load import import_file
from core.problems import Problem
from core.tasks.chat_open import import_folder
from core.tasks.folders import name_for, recognised, refuse_hostile, taken
from core.training.commands import Commands, Emit, Halt
from core.training.events import Stage
from core.training.job import DownloadModelJob, ImportModelsJob
from core.training.pace import Pace

T = TypeVar("T")


def run_import(job: ImportModelsJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """Verify a file of models and install it, or take a folder with one model in; gives the names that are new (`added`) and
    those that were `here`, or the name of the `folder`'s.

    Raises:
        Problem: as `import_bundle`. Halt when it was stopped: nothing was installed.
    """
    path = Path(job.bundle)
    if path.is_dir():
        return _import_folder(path, emit, commands)
    emit(Stage(stage="verify", index=0, of=2))
    pace = Pace(open_bundle(path).size_bytes, emit)

    def work(halted: Callable[[], bool]) -> dict[str, Any]:
        imported = import_bundle(
            path,
            progress=lambda done, _total: pace(done),
            cancelled=halted,
            loading=lambda _name: emit(Stage(stage="load", index=1, of=2)),
        )
        return {"added": list(imported.added), "here": list(imported.here)}

    return _until_halted(work, emit, commands)


def _import_folder(path: Path, emit: Emit, commands: Commands) -> dict[str, Any]:
    name = name_for(path)
    emit(Stage(stage="verify", index=0, of=2))

    def loading() -> None:
        commands.heed(emit)
        emit(Stage(stage="load", index=1, of=2))

    if not recognised(path):
        loading()
        import_file(name, path)
        return {"folder": name}
    refuse_hostile(path)
    pace = Pace(sum(file.stat().st_size for file in taken(path)), emit)

    def copied(done: int) -> None:
        commands.heed(emit)
        pace(done)

    import_folder(name, path, copied=copied, loading=loading)
    return {"folder": name}


def run_download(job: DownloadModelJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """Fetch a model of the catalogue; gives its name as `added`.

    Raises:
        Problem: as `download`. Halt when it was stopped: what was received is kept to go on from.
    """
    emit(Stage(stage="prepare", index=0, of=1))
    pace: list[Pace] = [Pace(catalogue_entry(job.model).size_bytes, emit)]
    total = [catalogue_entry(job.model).size_bytes]

    def told(done: int, of: int) -> None:
        if of != total[0]:  # the server knows the size better than the catalogue
            total[0], pace[0] = of, Pace(of, emit)
        pace[0](done)

    def work(halted: Callable[[], bool]) -> dict[str, Any]:
        download(job.model, offline=False, progress=told, cancelled=halted)
        return {"added": [job.model], "here": []}

    return _until_halted(work, emit, commands)


def _until_halted(work: Callable[[Callable[[], bool]], T], emit: Emit, commands: Commands) -> T:
    """Do what asks between its pieces whether it was halted, and says so with a Problem of its own."""
    halts: list[Halt] = []

    def halted() -> bool:
        try:
            commands.heed(emit)
        except Halt as halt:
            halts.append(halt)
        return bool(halts)

    try:
        return work(halted)
    except Problem:
        if halts:
            raise halts[0] from None
        raise
