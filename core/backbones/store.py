"""Which backbones there are, where they lie, and whether they are as they were: without torch.

Three sources: *embedded* ships with the program; *file* was brought in by the operator; *download* is one of the
catalogue's (assets/models.toml), fetched only when asked. A stored backbone is a folder `<root>/<name>/` with
`model.json` (the record) and its weights; the folder appears whole or not at all.
"""

import json
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.assets import ASSETS
from core.backbones.catalogue import Downloadable, downloadables, embedded_texts
from core.backbones.preprocess import Preprocessing
from core.files import sha256_file, write_atomic
from core.problems import Language, Problem
from core.settings import locations

EMBEDDED = "embedded"
EMBEDDED_FOLDER = ASSETS / "backbones" / "embedded"
RECORD_FILE = "model.json"
RECORD_SCHEMA = 1
TOKENIZER_FILE = "tokenizer.json"
# The part of open_clip's description that only a model that also writes (CoCa) has.
WRITES = "multimodal_cfg"

Source = Literal["embedded", "file", "download"]
State = Literal["ready", "not downloaded", "broken"]

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Record(BaseModel):
    """What is known of a stored backbone.

    `model_cfg` is open_clip's description of the towers, kept so that loading does not depend on a list of
    architectures that may change; `origin` is the file or address it came from.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = RECORD_SCHEMA
    name: str
    architecture: str
    source: Source
    origin: str
    weights: str
    sha256: str
    size_bytes: int
    tokenizer_sha256: str = ""
    licence: str
    purpose: dict[Language, str]
    model_cfg: dict[str, Any]
    preprocessing: Preprocessing

    @property
    def writes(self) -> bool:
        """Whether it has a part that writes about photos (CoCa)."""
        return WRITES in self.model_cfg


@dataclass(frozen=True)
class ModelEntry:
    """A line of the list of models. `path` is its folder, None until it is downloaded; `sha256` likewise "".

    `bundled`: whether it can be put into a file of models.
    """

    name: str
    architecture: str
    source: Source
    state: State
    sha256: str
    size_bytes: int
    licence: str
    purpose: dict[Language, str]
    path: Path | None
    bundled: bool = True


@dataclass(frozen=True)
class StoredModel:
    """A stored backbone, ready to be loaded: its record and its folder."""

    record: Record
    folder: Path

    @property
    def weights(self) -> Path:
        """The weights file."""
        return self.folder / self.record.weights

    @property
    def tokenizer(self) -> Path | None:
        """A tokenizer of its own, where the backbone has one; otherwise CLIP's serves."""
        return self.folder / TOKENIZER_FILE if self.record.tokenizer_sha256 else None


class ModelStore:
    """The backbones of this user (`root`, by default in the data folder), the embedded one, and the catalogue."""

    def __init__(self, root: Path | None = None, embedded: Path = EMBEDDED_FOLDER) -> None:
        self.root = root or locations().data / "models"
        self.embedded = embedded

    def entries(self) -> list[ModelEntry]:
        """Everything that can be chosen: embedded first, then what is stored, then what can be downloaded."""
        embedded = [self._entry(EMBEDDED)] if (self.embedded / "config.json").is_file() else []
        stored = [self._entry(name) for name in self._stored_names()]
        names = {entry.name for entry in stored}
        return embedded + stored + [_offered(d) for d in downloadables() if d.name not in names]

    def entry(self, name: str) -> ModelEntry:
        """One line of the list.

        Raises:
            Problem: `backbones.bad_name` or `backbones.unknown`.
        """
        check_name(name)
        known = {entry.name: entry for entry in self.entries()}
        if name not in known:
            raise Problem("backbones.unknown", name=name, known=", ".join(known))
        return known[name]

    def open(self, name: str) -> StoredModel:
        """The record and folder of a backbone that is here; nothing is verified yet.

        Raises:
            Problem: `backbones.unknown`, `backbones.not_downloaded`, `backbones.broken`.
        """
        entry = self.entry(name)
        if entry.state == "not downloaded":
            raise Problem("backbones.not_downloaded", name=name)
        model = self._read(name)
        if model is None or entry.state == "broken":
            raise Problem("backbones.broken", name=name)
        return model

    def verify(self, name: str) -> StoredModel:
        """`open`, and the weights (and the tokenizer) are hashed and compared with the record.

        Raises:
            Problem: as `open`, and `backbones.hash_changed`.
        """
        model = self.open(name)
        recorded = {model.weights: model.record.sha256}
        if model.tokenizer is not None:
            recorded[model.tokenizer] = model.record.tokenizer_sha256
        for path, expected in recorded.items():
            found = sha256_file(path)
            if found != expected:
                raise Problem("backbones.hash_changed", name=name, expected=expected, found=found)
        return model

    def add(self, name: str, fill: Callable[[Path], Record]) -> StoredModel:
        """Store a backbone under its name: `fill` puts what belongs to it into a folder and describes it.

        Raises:
            Problem: `backbones.bad_name`, `backbones.name_taken`.
        """
        self.check_free(name)
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=".adding-") as scratch:
            folder = Path(scratch) / name
            folder.mkdir()
            record = fill(folder)
            write_atomic(folder / RECORD_FILE, record.model_dump_json(indent=1))
            try:
                folder.rename(self.root / name)
            except OSError as error:
                if (self.root / name).exists():
                    raise Problem("backbones.name_taken", name=name) from error
                raise
        return StoredModel(record, self.root / name)

    def check_free(self, name: str) -> None:
        """Refuse a name that cannot be given to a new backbone.

        Raises:
            Problem: `backbones.bad_name`, `backbones.name_taken`.
        """
        check_name(name)
        if name.lower() == EMBEDDED or name.lower() in {stored.lower() for stored in self._stored_names()}:
            raise Problem("backbones.name_taken", name=name)

    def remove(self, name: str) -> None:
        """Delete a stored backbone, broken or not; raises as `removable`."""
        folder = self.removable(name)
        with tempfile.TemporaryDirectory(dir=self.root, prefix=".removing-") as scratch:
            folder.rename(Path(scratch) / name)

    def removable(self, name: str) -> Path:
        """The folder of a stored backbone, broken or not, that may be deleted.

        Raises:
            Problem: `backbones.bad_name`, `backbones.unknown`, `backbones.cannot_remove` for the embedded one.
        """
        check_name(name)
        if name == EMBEDDED:
            raise Problem("backbones.cannot_remove", name=name)
        if name not in self._stored_names():
            raise Problem("backbones.unknown", name=name, known=", ".join(self._stored_names()))
        return self.root / name

    def _entry(self, name: str) -> ModelEntry:
        model = self._read(name)
        if model is None:
            return ModelEntry(name, "", "file", "broken", "", 0, "", {}, self.root / name)
        record = model.record
        return ModelEntry(
            name=name,
            architecture=record.architecture,
            source=record.source,
            state="ready" if _is_whole(model) else "broken",
            sha256=record.sha256,
            size_bytes=record.size_bytes,
            licence=record.licence,
            purpose=record.purpose,
            path=model.folder,
        )

    def _stored_names(self) -> list[str]:
        if not self.root.is_dir():
            return []
        folders = (path for path in self.root.iterdir() if path.is_dir() and not path.is_symlink())
        return sorted(path.name for path in folders if is_name(path.name) and path.name != EMBEDDED)

    def _read(self, name: str) -> StoredModel | None:
        """A backbone's record, None when it cannot be read or does not describe this folder."""
        if name == EMBEDDED:
            return _read_embedded(self.embedded)
        folder = self.root / name
        try:
            record = Record.model_validate_json((folder / RECORD_FILE).read_bytes())
        except (OSError, ValidationError):
            return None
        inside = Path(record.weights).name == record.weights and not (folder / record.weights).is_symlink()
        return StoredModel(record, folder) if record.name == name and inside else None


def check_name(name: str) -> None:
    """Refuse a name that is no plain folder name on every system.

    Raises:
        Problem: `backbones.bad_name`.
    """
    if not is_name(name):
        raise Problem("backbones.bad_name", name=name)


def is_name(name: str) -> bool:
    """Letters, digits, dot, hyphen, underscore; nothing that Windows keeps for itself; 64 characters at most."""
    return _NAME.fullmatch(name) is not None and _WINDOWS_DEVICES.fullmatch(name) is None


def _offered(model: Downloadable) -> ModelEntry:
    return ModelEntry(
        name=model.name,
        architecture=model.architecture,
        source="download",
        state="not downloaded",
        sha256="",
        size_bytes=model.size_bytes,
        licence=model.licence,
        purpose=model.purpose,
        path=None,
    )


def _is_whole(model: StoredModel) -> bool:
    with suppress(OSError):
        whole = model.weights.stat().st_size == model.record.size_bytes
        return whole and (model.tokenizer is None or model.tokenizer.is_file())
    return False


def _read_embedded(folder: Path) -> StoredModel | None:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model_cfg = config["model_cfg"]
        weights = folder / "weights.safetensors"
        record = Record(
            name=EMBEDDED,
            architecture=EMBEDDED,
            source="embedded",
            origin=EMBEDDED,
            weights=weights.name,
            sha256=config.get("weights_sha256") or sha256_file(weights),
            size_bytes=weights.stat().st_size,
            licence=embedded_texts().licence,
            purpose=embedded_texts().purpose,
            model_cfg=model_cfg,
            preprocessing=Preprocessing.from_open_clip(
                config.get("preprocess_cfg", {}), model_cfg["vision_cfg"]["image_size"]
            ),
        )
    except (OSError, ValueError, KeyError):
        return None
    return StoredModel(record, folder)
