"""How a model that writes is opened. Everything here is offline."""

from core.backbones.store import EMBEDDED
from core.tasks.embedded import load_text_model
from core.tasks.protocol import TunableWriter
from core.tasks.writers import writer_card


def open_writer(name: str = EMBEDDED, device: str = "cpu") -> TunableWriter:
    """A model that writes, its hash verified, on a device.

    Raises:
        Problem: `tasks.model_unknown`, or as the model's own way of opening.
    """
    writer_card(name)
    return load_text_model(device=device)
