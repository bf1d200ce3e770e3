"""The presets for models that write: one TOML file each, as those of classification."""

from core.assets import ASSETS
from core.methods.presets import Preset, Recommendation, load_presets, resolve_among
from core.tasks.revision import TextRevision

_FOLDER = ASSETS / "presets" / "texts"
RECOMMENDED = "lora"
# The plant photos that the methods were measured on (`core.bench.protocols.pt_peft`).
_MEASURED_ON = 96


def text_presets() -> tuple[Preset, ...]:
    """All of them, in the order of the screen. Raises Problem as `load_presets`."""
    return load_presets(_FOLDER)


def resolve_text_preset(name: str) -> Preset:
    """The preset of that name, or a composition (`pt-peft(lora)`).

    Raises:
        Problem: `methods.unknown_preset` when it is neither.
    """
    return resolve_among(text_presets(), name)


def recommend_text(revision: TextRevision) -> Recommendation:
    """The preset to tune with, and why.

    Whatever the data, small corrections: what was measured of all seven ways (docs/pt-peft-texts.md) has none that writes
    clearly better, and a prefix alone writes far worse. What the data changes is how much may be expected.
    """
    learned = len(revision.of("train"))
    if learned < _MEASURED_ON:
        return Recommendation(
            RECOMMENDED, "tasks.why_few_texts", {"photos": learned, "measured": _MEASURED_ON}
        )
    return Recommendation(RECOMMENDED, "tasks.why_own_wording", {"photos": learned})
