"""A package that writes standing on its model: the untouched model of this PC with what the package learned."""

from dataclasses import dataclass

import torch

from core.package.archive import ADAPTER, TextPackage
from core.package.text_verify import find_writer
from core.tasks.asking import after_learning
from core.tasks.models import open_writer
from core.tasks.protocol import TunableWriter, Writer
from core.tasks.writers import WriterCard


@dataclass(frozen=True)
class PackagedWriterModel:
    """A tuned model that writes, and its card as it is now."""

    writer: Writer
    card: WriterCard


def stand_up_writer(package: TextPackage, device: str = "cpu") -> PackagedWriterModel:
    """Stand a package on its model, which is opened for it.

    Raises:
        Problem: as `find_writer`, `open_writer`, `TunableWriter.tune`, `Tuning.load_learned_state`, `Package.read`.
    """
    model = open_writer(find_writer(package.manifest).name, device)
    return around(package, model)


def around(package: TextPackage, model: TunableWriter) -> PackagedWriterModel:
    """The same around a model that is open already."""
    manifest = package.manifest
    training = manifest.training
    tuning = model.tune(training.composition, training.hyper, training.seed)
    state = {name: torch.from_numpy(value) for name, value in package.tensors(ADAPTER).items()}
    tuning.load_learned_state(state)
    tuning.eval()
    return PackagedWriterModel(tuning.writer, after_learning(model.card, manifest.language))
