"""Models of the transformers library that the operator brought in as a folder: what is taken of it, where it lies, and
whether it is as it was. Without torch.

A folder comes from outside. Nothing in it may run: weights are safetensors only, a description that names code of its
own (`auto_map`) or a further model elsewhere is refused, and so is a folder that holds pickled weights or programs. Only the files of `_TAKEN` are
copied, each with its SHA-256; sizes that no such weights can have are refused before anything is built of them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.backbones.catalogue import writer_purpose
from core.backbones.store import ModelEntry, ModelStore, is_name
from core.files import sha256_file, write_atomic
from core.problems import Language, Problem
from core.settings import locations

RECORD_FILE = "writer.json"
CONFIG_FILE = "config.json"
# What these models read and write, by what their makers say of them; the kinds that this program can open.
LANGUAGES: dict[str, tuple[Language, ...]] = {
    "idefics3": ("en",),
    "smolvlm": ("en",),
    "qwen2_vl": ("ja", "en"),
    "qwen2_5_vl": ("ja", "en"),
    "qwen3_vl": ("ja", "en"),
}
# Of what kinds its parts may be: the library builds whichever is named there, and some fetch what they are built of.
_PARTS = ("text_config", "vision_config")
_PART_KINDS = ("llama", *LANGUAGES)
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
_TAKEN = (
    CONFIG_FILE,
    "preprocessor_config.json",
    "processor_config.json",
    "video_preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.json",
    "chat_template.jinja",
    _INDEX,
)
_NEEDED = (CONFIG_FILE, "tokenizer.json")
_RUNS = {".py", ".pyc", ".so", ".dll", ".exe", ".sh", ".bat", ".ps1"}
_PICKLED = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".joblib", ".npy", ".h5"}
_LEAD_OUT = ("auto_map", "custom_pipelines", "audio_tokenizer")
_LARGEST_TEXT = 64_000_000
_DEEPEST = 12
_MOST_LAYERS = 512
_MOST = 1 << 20
_HARMLESS = 1 << 28
_PIECE = 1 << 22
_LONGEST_NAME = 48
_ADDING, _REMOVING = ".adding-", ".removing-"
_ROOM_TO_SPARE = 64 << 20


class Record(BaseModel):
    """What is known of a stored folder; `files` are SHA-256 by name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = 1
    name: str
    model_type: str
    origin: str
    licence: str
    size_bytes: int
    files: dict[str, str]

    @property
    def sha256(self) -> str:
        """What names the model: weights, description and tokenizer together."""
        lines = "".join(f"{name} {self.files[name]}\n" for name in sorted(self.files))
        return hashlib.sha256(lines.encode()).hexdigest()


@dataclass(frozen=True)
class StoredFolder:
    """A stored model: its record and where it lies."""

    record: Record
    folder: Path


class WriterStore:
    """The folders of this user (`root`, by default in the data folder); a name is given once in both stores."""

    def __init__(self, root: Path | None = None, backbones: ModelStore | None = None) -> None:
        self.root = root or locations().data / "writers"
        self.backbones = backbones or ModelStore()

    def names(self) -> list[str]:
        """Everything that lies there, readable or not."""
        if not self.root.is_dir():
            return []
        folders = (path for path in self.root.iterdir() if path.is_dir() and not path.is_symlink())
        return sorted(path.name for path in folders if is_name(path.name))

    def entries(self) -> list[ModelEntry]:
        """Lines of the list of models, for each that lies there."""
        return [self._entry(name) for name in self.names()]

    def stored(self) -> list[StoredFolder]:
        """Those whose record can be read and whose files are there."""
        found = (self._read(name) for name in self.names())
        return [model for model in found if model is not None]

    def open(self, name: str) -> StoredFolder:
        """The record and folder of a model; nothing is verified yet.

        Raises:
            Problem: `tasks.model_unknown`, `tasks.model_damaged`.
        """
        folder = self.removable(name)
        model = self._read(name)
        if model is None:
            raise Problem("tasks.model_damaged", folder=folder, file=RECORD_FILE)
        return model

    def verify(self, name: str) -> StoredFolder:
        """`open`, and each file is hashed and compared with the record; a file more is one too many.

        Raises:
            Problem: as `open`.
        """
        model = self.open(name)
        there = {path.name for path in model.folder.iterdir()} - {RECORD_FILE}
        for file in sorted(there | model.record.files.keys()):
            path = model.folder / file
            whole = file in model.record.files and path.is_file() and not path.is_symlink()
            if not whole or sha256_file(path) != model.record.files[file]:
                raise Problem("tasks.model_damaged", folder=model.folder, file=file)
        return model

    def check_free(self, name: str) -> None:
        """Refuse a name that cannot be given to a new model, of either store.

        Raises:
            Problem: `backbones.bad_name`, `backbones.name_taken`.
        """
        self.backbones.check_free(name)
        if name.lower() in {stored.lower() for stored in self.names()}:
            raise Problem("backbones.name_taken", name=name)

    def add(
        self,
        name: str,
        source: Path,
        licence: str = "",
        check: Callable[[StoredFolder], object] = lambda stored: None,
        copied: Callable[[int], object] = lambda done: None,
    ) -> StoredFolder:
        """Copy a folder into the store, whole or not at all; `check` is given the copy before it counts, `copied` the
        bytes so far: what it raises ends the work.

        Raises:
            Problem: `backbones.disk_full`, as `check_free`, `refuse_hostile`, or as `check`.
        """
        self.check_free(name)
        config = refuse_hostile(source)
        self.root.mkdir(parents=True, exist_ok=True)
        self._make_room(name, sum(path.stat().st_size for path in taken(source)))
        with tempfile.TemporaryDirectory(dir=self.root, prefix=_ADDING) as scratch:
            folder = Path(scratch) / name
            folder.mkdir()
            _copy(taken(source), folder, copied)
            files = {path.name: sha256_file(path) for path in sorted(folder.iterdir())}
            record = Record(
                name=name,
                model_type=config["model_type"],
                origin=str(source),
                licence=licence,
                size_bytes=sum(path.stat().st_size for path in folder.iterdir()),
                files=files,
            )
            # Of the copy: what was looked at is what is kept.
            refuse_hostile(folder)
            check(StoredFolder(record, folder))
            write_atomic(folder / RECORD_FILE, record.model_dump_json(indent=1))
            folder.rename(self.root / name)
        return StoredFolder(record, self.root / name)

    def removable(self, name: str) -> Path:
        """The folder of a model, readable or not. Raises Problem `tasks.model_unknown`."""
        if name not in self.names():
            raise Problem("tasks.model_unknown", name=name, known=", ".join(self.names()))
        return self.root / name

    def remove(self, name: str) -> None:
        """Delete a stored model, readable or not. Raises Problem `tasks.model_unknown`."""
        folder = self.removable(name)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=_REMOVING) as scratch:
            folder.rename(Path(scratch) / name)

    def _make_room(self, name: str, size: int) -> None:
        """Delete what was left where this was killed on its way, and see whether so many bytes fit."""
        for prefix in (_ADDING, _REMOVING):
            for left in self.root.glob(f"{prefix}*"):
                shutil.rmtree(left, ignore_errors=True)
        needed, free = size + _ROOM_TO_SPARE, shutil.disk_usage(self.root).free
        if needed > free:
            room = {"needed": f"{needed / 1e6:.0f} MB", "free": f"{free / 1e6:.0f} MB"}
            raise Problem("backbones.disk_full", name=name, **room)

    def _entry(self, name: str) -> ModelEntry:
        model, folder = self._read(name), self.root / name
        if model is None:
            return ModelEntry(name, "", "file", "broken", "", 0, "", {}, folder, bundled=False)
        record = model.record
        return ModelEntry(
            name=name,
            architecture=record.model_type,
            source="file",
            state="ready",
            sha256=record.sha256,
            size_bytes=record.size_bytes,
            licence=record.licence,
            purpose=writer_purpose()["both" if "ja" in LANGUAGES[record.model_type] else "english"],
            path=folder,
            bundled=False,
        )

    def _read(self, name: str) -> StoredFolder | None:
        folder = self.root / name
        try:
            record = Record.model_validate_json((folder / RECORD_FILE).read_bytes())
        except (OSError, ValidationError):
            return None
        plain = all(Path(file).name == file and (folder / file).is_file() for file in record.files)
        known = record.name == name and record.model_type in LANGUAGES
        return StoredFolder(record, folder) if known and plain else None


def name_for(source: Path) -> str:
    """What a folder from outside is called here: its own name, as far as a name may have such letters."""
    letters = (
        letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-"
        for letter in source.name
    )
    name = "".join(letters).strip("._-")[:_LONGEST_NAME].strip("._-")
    return name if is_name(name) else "model"


def recognised(source: Path) -> bool:
    """Whether a folder describes itself as one of transformers' models, known here or not."""
    try:
        config = json.loads((source / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and "model_type" in config


def refuse_hostile(source: Path) -> dict[str, Any]:
    """The description of a folder that may be opened.

    Raises:
        Problem: `tasks.folder_unknown` for a kind of model that is not known here, `tasks.folder_unsafe` where it brings
            code or pickles, `tasks.folder_incomplete`, `tasks.folder_wild` for sizes that its weights cannot have.
    """
    for path in sorted(source.iterdir()):
        if path.suffix.lower() in _RUNS | _PICKLED or (path.is_symlink() and not path.is_file()):
            raise Problem("tasks.folder_unsafe", folder=source, part=path.name)
    config = _json(source, source / CONFIG_FILE)
    model_type = config.get("model_type")
    if "quantization_config" in config:
        model_type = f"{model_type}, quantised"
    if model_type not in LANGUAGES:
        raise Problem("tasks.folder_unknown", folder=source, kind=model_type, known=", ".join(LANGUAGES))
    if other := _unlike_parts(config):
        kind = f"{model_type}, {other}"
        raise Problem("tasks.folder_unknown", folder=source, kind=kind, known=", ".join(LANGUAGES))
    weights = _weights(source)
    missing = [name for name in _NEEDED if not (source / name).is_file()]
    if not weights or missing:
        raise Problem("tasks.folder_incomplete", folder=source, part=(*missing, _WEIGHTS)[0])
    for path in taken(source):
        if path.suffix == ".json":
            _json(source, path)
        elif path.suffix == ".jinja" and path.stat().st_size > _LARGEST_TEXT:
            raise Problem("tasks.folder_incomplete", folder=source, part=path.name)
    if part := wild(config, sum(path.stat().st_size for path in weights)):
        raise Problem("tasks.folder_wild", folder=source, part=part)
    return config


def taken(source: Path) -> list[Path]:
    """The files that are copied: descriptions, tokenizer, and weights in safetensors."""
    named = [source / name for name in _TAKEN if (source / name).is_file()]
    return [*named, *_weights(source)]


def wild(config: dict[str, Any], weights_bytes: int) -> str:
    """What of a description is larger than weights of that many bytes can be; "" when nothing is."""
    most = max(weights_bytes, _HARMLESS)
    for path, part in _parts(config, "", 0):
        if part is None:
            return path
        whole = {key: value for key, value in part.items() if isinstance(value, int | float)}
        # Written so that a NaN is wild, too.
        for key, value in whole.items():
            bounded = key.endswith(("size", "dim", "heads", "layers", "depth", "embeddings"))
            if bounded and not abs(value) <= (_MOST_LAYERS if key.endswith(("layers", "depth")) else _MOST):
                return f"{path}{key}"
        width = max(int(whole.get("hidden_size", 0)), int(whole.get("embed_dim", 0)))
        depth = int(whole.get("num_hidden_layers", whole.get("depth", 0)))
        inner = int(whole.get("intermediate_size", 0))
        if max(depth * width * max(width, inner), width * int(whole.get("vocab_size", 0))) > most:
            return f"{path}hidden_size"
        if int(whole.get("image_size", 0)) > 1 << 13:
            return f"{path}image_size"
    return ""


def _unlike_parts(config: dict[str, Any]) -> str:
    """The kind of a part that no such model has; "" where there is none."""
    parts = (config.get(name) for name in _PARTS)
    kinds = [str(part["model_type"]) for part in parts if isinstance(part, dict) and "model_type" in part]
    return next((kind for kind in kinds if not kind.startswith(_PART_KINDS)), "")


def _parts(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Each object in a description with its place; None where it is nested too deeply."""
    if depth > _DEEPEST:
        yield path, None
        return
    yield path, value
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _parts(inner, f"{path}{key}.", depth + 1)


def _copy(paths: list[Path], folder: Path, copied: Callable[[int], object]) -> None:
    done = 0
    for path in paths:
        with path.open("rb") as source, (folder / path.name).open("wb") as target:
            while piece := source.read(_PIECE):
                target.write(piece)
                done += len(piece)
                copied(done)


def _weights(source: Path) -> list[Path]:
    """The weights: one file, or those that the index names. Raises Problem as `refuse_hostile`."""
    index = source / _INDEX
    if not index.is_file():
        return [path for path in (source / _WEIGHTS,) if path.is_file()]
    named = _json(source, index).get("weight_map")
    names = sorted(set(named.values()), key=str) if isinstance(named, dict) else []
    for name in names:
        plain = isinstance(name, str) and Path(name).name == name and name.endswith(".safetensors")
        if not plain or not (source / name).is_file():
            raise Problem("tasks.folder_incomplete", folder=source, part=name)
    return [source / name for name in names]


def _json(source: Path, path: Path) -> dict[str, Any]:
    """A description. Raises Problem as `refuse_hostile` where it names code, anywhere in it, or is none."""
    try:
        if path.stat().st_size > _LARGEST_TEXT:
            raise ValueError("too large")
        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_code)
        if not isinstance(content, dict):
            raise TypeError("no object")
    except _BringsCode as error:
        raise Problem("tasks.folder_unsafe", folder=source, part=f"{path.name}: {error}") from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Problem("tasks.folder_incomplete", folder=source, part=path.name) from error
    return content


class _BringsCode(Exception):
    """A key that names code, or a further model, wherever that is."""


def _without_code(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    for key in _LEAD_OUT:
        if key in found:
            raise _BringsCode(key)
    return found
