"""Let `import torchvision` (and so open_clip) succeed beside a CPU build of torch.

torchvision's wheels on PyPI for Linux x86-64 are linked to CUDA libraries. With a CPU torch their
compiled extension does not load, the operator `torchvision::nms` stays undeclared, and importing
torchvision raises RuntimeError while registering its fake kernel. Declaring the two schemas by hand is
enough: transforms and models are pure Python, and `torchvision.ops.nms` still raises its own clear error.
"""

from __future__ import annotations

import importlib
import sys

import torch

_NMS_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
# A Library undeclares its operators when it is collected: keep it as long as the process lives.
_kept_libraries: list[torch.library.Library] = []


def make_torchvision_importable() -> None:
    """Import torchvision, declaring its missing operators first where its extension cannot load.

    Call it before the first import of open_clip, timm or a transformers image processor. It may be
    called any number of times and does nothing where torchvision imports by itself.
    """
    try:
        importlib.import_module("torchvision")
        return
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    _forget_half_imported()
    library = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _NMS_SCHEMAS:
        library.define(schema)
    _kept_libraries.append(library)
    importlib.import_module("torchvision")


def _forget_half_imported() -> None:
    for name in [n for n in sys.modules if n == "torchvision" or n.startswith("torchvision.")]:
        del sys.modules[name]
