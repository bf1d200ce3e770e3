"""From a file of models into the store: verified, loaded once, and all of them or none."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.backbones.bundle import Bundle, BundledModel, Cancelled, Progress, open_bundle
from core.backbones.load import Described, keep
from core.backbones.store import TOKENIZER_FILE, ModelStore
from core.problems import Problem

_SCRATCH = ".importing-"
_ROOM_TO_SPARE = 1 << 26


@dataclass(frozen=True)
class Imported:
    """Names of the models that are new here, and of those that were here already with the same content."""

    added: tuple[str, ...]
    here: tuple[str, ...]


def import_bundle(
    path: Path,
    *,
    store: ModelStore | None = None,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
    loading: Callable[[str], None] = lambda name: None,
) -> Imported:
    """Verify a file of models and install what is not here yet; `loading` is told each model that is loaded to try it.

    Raises:
        Problem: as `open_bundle` and `Bundle.unpack`; `backbones.name_taken` where another model has the name,
            `backbones.disk_full`, or what `keep` raises for weights that do not load. Nothing was installed then.
    """
    store = store or ModelStore()
    bundle = open_bundle(path)
    here = tuple(model.record.name for model in bundle.models if _is_here(store, model))
    wanted = Bundle(path, tuple(model for model in bundle.models if model.record.name not in here))
    store.root.mkdir(parents=True, exist_ok=True)
    sweep(store)
    _need_room(store, wanted)
    added: list[str] = []
    with tempfile.TemporaryDirectory(dir=store.root, prefix=_SCRATCH) as scratch:
        wanted.unpack(Path(scratch), progress, cancelled)
        try:
            for model in wanted.models:
                loading(model.record.name)
                _install(store, model, Path(scratch) / model.record.name, path)
                added.append(model.record.name)
                if cancelled():
                    raise Problem("backbones.bundle_cancelled", name=path.name)
        except BaseException:
            for name in added:
                store.remove(name)
            raise
    return Imported(tuple(added), here)


def sweep(store: ModelStore) -> None:
    """Delete what an import left that was killed on its way."""
    for left in store.root.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left, ignore_errors=True)


def _is_here(store: ModelStore, model: BundledModel) -> bool:
    """Whether the store has just this model; another one under its name is refused."""
    name = model.record.name
    try:
        store.check_free(name)
    except Problem as taken:
        ready = any(entry.name == name and entry.state == "ready" for entry in store.entries())
        if not ready or store.verify(name).record.sha256 != model.record.sha256:
            raise Problem("backbones.bundle_name_taken", name=name) from taken
        return True
    return False


def _install(store: ModelStore, model: BundledModel, folder: Path, path: Path) -> None:
    record, wanted = model.record, model.record.preprocessing
    tokenizer = folder / TOKENIZER_FILE
    found = Described(
        architecture=record.architecture,
        model_cfg=record.model_cfg,
        preprocess_cfg={
            "resize_mode": wanted.resize,
            "interpolation": wanted.interpolation,
            "mean": wanted.mean,
            "std": wanted.std,
        },
        weights=folder / record.weights,
        tokenizer=tokenizer if model.tokenizer_bytes else None,
    )
    keep(
        record.name,
        found,
        store,
        source="file",
        origin=f"{path.name}: {record.origin}",
        licence=record.licence,
        purpose=record.purpose,
        place=shutil.move,
    )


def _need_room(store: ModelStore, bundle: Bundle) -> None:
    needed, free = bundle.size_bytes + _ROOM_TO_SPARE, shutil.disk_usage(store.root).free
    if needed > free:
        names = ", ".join(model.record.name for model in bundle.models)
        raise Problem(
            "backbones.disk_full", name=names, needed=f"{needed / 1e6:.0f} MB", free=f"{free / 1e6:.0f} MB"
        )
