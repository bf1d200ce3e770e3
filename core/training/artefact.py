"""What a run leaves for use: the learned tensors and all that is needed to stand them up again, in one file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.load import load_backbone
from core.files import write_atomic
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.protocol import Method
from core.problems import Problem
from core.training.job import HyperValue

ARTEFACT_FILE = "learned.safetensors"
ARTEFACT_SCHEMA = 1
_KEY = "about"


class ArtefactInfo(BaseModel):
    """What was learned, on what, for which classes (`classes`: name and English words, in head order)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = ARTEFACT_SCHEMA
    composition: str
    hyper: dict[str, HyperValue]
    backbone: str
    backbone_sha256: str
    classes: tuple[tuple[str, str], ...]

    @property
    def class_texts(self) -> tuple[ClassText, ...]:
        """The learned classes."""
        return tuple(ClassText(name, words) for name, words in self.classes)


@dataclass(frozen=True)
class Tuned:
    """A tuned method standing on its backbone."""

    info: ArtefactInfo
    method: Method
    backbone: Backbone


def save_artefact(run: Path, info: ArtefactInfo, state: dict[str, Tensor]) -> Path:
    """Write the artefact into the run folder, atomically, and give its path."""
    path = run / ARTEFACT_FILE
    content = {name: tensor.contiguous() for name, tensor in state.items()}
    write_atomic(path, save(content, metadata={_KEY: info.model_dump_json()}))
    return path


def read_artefact(run: Path) -> tuple[ArtefactInfo, dict[str, Tensor]]:
    """What is in the run's artefact.

    Raises:
        Problem: `training.artefact_unreadable` when it is missing, damaged, or of a newer program.
    """
    path = run / ARTEFACT_FILE
    try:
        with safe_open(path, framework="pt") as file:
            about: dict[str, Any] = file.metadata() or {}
            info = ArtefactInfo.model_validate_json(about[_KEY])
            return info, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (OSError, SafetensorError, ValidationError, KeyError) as error:
        raise Problem("training.artefact_unreadable", path=path, reason=error) from error


def open_artefact(run: Path, device: str = "cpu", backbone: Backbone | None = None) -> Tuned:
    """Stand a run's artefact up again, on the given backbone or the one it names.

    Raises:
        Problem: `training.artefact_unreadable`, `training.other_backbone`, or as `load_backbone`.
    """
    info, state = read_artefact(run)
    backbone = backbone or load_backbone(info.backbone, device)
    if backbone.card.sha256 != info.backbone_sha256:
        raise Problem("training.other_backbone", name=info.backbone)
    method = build_method(info.composition, info.hyper, backbone, info.class_texts)
    method.load_learned_state(state)
    return Tuned(info, method, backbone)
