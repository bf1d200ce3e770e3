"""How a model that writes is opened. Everything here is offline."""

from core.backbones.store import EMBEDDED
from core.tasks.protocol import TunableWriter
from core.tasks.writers import writer_card


def open_writer(name: str = EMBEDDED, device: str = "cpu") -> TunableWriter:
    """A model that writes, its hash verified, on a device.

    Raises:
        Problem: `tasks.model_unknown`, or as the model's own way of opening.
    """
    card = writer_card(name)
    match card.kind:
        case "coca":
            from core.tasks.coca import open_coca

            return open_coca(card, device)
        case "transformers":
            from core.tasks.chat_open import open_chat

            return open_chat(card, device)
        case "embedded":
            from core.tasks.embedded import load_text_model

            return load_text_model(device=device)
