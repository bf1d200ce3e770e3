"""The presets for models that write: one TOML file each, as those of classification."""

from core.assets import ASSETS
from core.methods.presets import Preset, load_presets, resolve_among

_FOLDER = ASSETS / "presets" / "texts"
RECOMMENDED = "lora"


def text_presets() -> tuple[Preset, ...]:
    """All of them, in the order of the screen. Raises Problem as `load_presets`."""
    return load_presets(_FOLDER)


def resolve_text_preset(name: str) -> Preset:
    """The preset of that name, or a composition (`pt-peft(lora)`).

    Raises:
        Problem: `methods.unknown_preset` when it is neither.
    """
    return resolve_among(text_presets(), name)
