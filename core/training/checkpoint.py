"""From where a run goes on after a crash: one file, safetensors with JSON inside, written whole or not at all."""

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.files import write_atomic
from core.problems import Problem

CHECKPOINT_FILE = "checkpoint.safetensors"
CHECKPOINT_SCHEMA = 2
_GROUPS = ("method", "optimizer", "best", "kept")
_KEY = "position"


@dataclass
class Best:
    """The best round so far by base validation photos (1-based; 0: none yet)."""

    epoch: int = 0
    accuracy: float = -1.0
    loss: float = float("inf")

    def beaten_by(self, accuracy: float, loss: float) -> bool:
        """Whether this is better; equal accuracy is settled by the smaller loss."""
        return (accuracy, -loss) > (self.accuracy, -self.loss)


@dataclass
class Position:
    """How far training is: stage `stage`, of which epoch `epoch` (both from 0) is under way, `batch` of its batches
    are done; `best` and `kept` count rounds through all stages, `kept` is the best end of a stage so far.

    `decisions` are what was decided between the stages: code and data each.
    """

    stage: int = 0
    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    parts: int = 1
    seconds: float = 0.0
    best: Best = field(default_factory=Best)
    kept: Best = field(default_factory=Best)
    decisions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Checkpoint:
    """What is written: the position and the tensors, by group and name."""

    job_id: str
    position: Position
    method: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    best: dict[str, Tensor]
    kept: dict[str, Tensor]

    def save(self, run: Path) -> None:
        """Write it into the run folder, atomically."""
        tensors = {
            f"{group}/{name}": tensor.contiguous()
            for group in _GROUPS
            for name, tensor in getattr(self, group).items()
        }
        about = {
            "schema_version": CHECKPOINT_SCHEMA,
            "job_id": self.job_id,
            "position": asdict(self.position),
        }
        write_atomic(run / CHECKPOINT_FILE, save(tensors, metadata={_KEY: json.dumps(about)}))


def load_checkpoint(run: Path, job_id: str) -> Checkpoint | None:
    """The run's checkpoint, or None where there is none.

    Raises:
        Problem: `training.checkpoint_unreadable` when it is damaged, or of another job;
            `training.checkpoint_other_version` when another version of the program wrote it.
    """
    path = run / CHECKPOINT_FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads(file.metadata()[_KEY])
            _check_version(path, about["schema_version"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
        if about["job_id"] != job_id:
            raise ValueError("written for another job")
        position = _position(about["position"])
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Problem("training.checkpoint_unreadable", path=path, reason=error) from error
    groups = (
        {n.partition("/")[2]: t for n, t in tensors.items() if n.startswith(f"{group}/")} for group in _GROUPS
    )
    return Checkpoint(job_id, position, *groups)


def _check_version(path: Path, version: object) -> None:
    if version != CHECKPOINT_SCHEMA:
        raise Problem("training.checkpoint_other_version", path=path, found=version, wanted=CHECKPOINT_SCHEMA)


def _position(values: dict[str, Any]) -> Position:
    known = {entry.name for entry in fields(Position)}
    if values.keys() != known:
        raise ValueError("another shape")
    return Position(**values | {name: Best(**values[name]) for name in ("best", "kept")})
