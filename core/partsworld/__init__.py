"""The parts world: rendered photos of factory parts with captions. numpy and Pillow only.

vocabulary (what exists) → scene (one photo's random choices) → render (pixels); captions say what a scene shows;
heldout says which compositions pretraining never sees; sample writes the sample project.
"""

from core.partsworld.captions import Caption, describe, draw_caption
from core.partsworld.heldout import held_out_compositions, is_held_out, training_compositions
from core.partsworld.render import render
from core.partsworld.scene import Camera, Lighting, Pose, Scene, draw_scene
from core.partsworld.vocabulary import Composition, Finish, all_compositions

__all__ = [
    "Camera", "Caption", "Composition", "Finish", "Lighting", "Pose", "Scene", "all_compositions", "describe",
    "draw_caption", "draw_scene", "held_out_compositions", "is_held_out", "render", "training_compositions",
]  # fmt: skip
