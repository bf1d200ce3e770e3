"""Which presets a search may try on the data at hand."""

from collections.abc import Sequence
from dataclasses import replace

from core.backbones.clip import Backbone
from core.features.file import FeaturesFile
from core.features.shown import shown_as_in
from core.methods.build import build_method
from core.methods.class_text import class_texts
from core.methods.presets import Preset
from core.project.revision import DataRevision


def presets_for(
    presets: Sequence[Preset], features: FeaturesFile | None, backbone: Backbone, revision: DataRevision
) -> dict[str, Preset]:
    """By name, all but the search itself; on a features file those that need nothing else, in the views it has."""
    every = [preset for preset in presets if preset.parsed.learns != "by_search"]
    if features is None:
        return {preset.name: preset for preset in every}
    base = class_texts(revision, revision.base)
    return {
        preset.name: replace(preset, hyper=shown_as_in(features, preset))
        for preset in every
        if build_method(preset.composition, preset.hyper, backbone, base).needs.kind == "image_features"
    }
