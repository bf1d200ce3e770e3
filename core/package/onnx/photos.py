"""From photos as they are decoded to the pixels a backbone reads, inside the graph (core/backbones/preprocess.py).

Pillow resizes in two passes, first across, then down, each with integer weights and rounded to 8 bits; ONNX Runtime's
antialiased Resize on 8-bit input does the same, its weights computed in single precision. So a pixel may come out one
level of 255 apart, a few in ten thousand do (one in a hundred where a tiny photo is enlarged), and none more.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from core.package.manifest import PackagedPreprocessing
from core.package.onnx.names import PHOTOS, PIXELS

OPSET, IR_VERSION = 18, 8  # 18 brought antialiasing
_MODES = {"bicubic": "cubic", "bilinear": "linear"}


def photos_graph(p: PackagedPreprocessing) -> onnx.ModelProto:
    """Photos of one size `(N, H, W, 3)`, uint8 → normalised pixels `(N, 3, S, S)`, float32."""
    std = np.asarray(p.std, dtype=np.float64)
    builder = _Builder()
    builder.add("Transpose", [PHOTOS], "planes", perm=[0, 3, 1, 2])
    target, crop = _sizes(builder, p)
    builder.add(
        "Resize",
        ["planes", "", "", target],
        "resized",
        mode=_MODES[p.interpolation],
        antialias=1,
        cubic_coeff_a=-0.5,
        coordinate_transformation_mode="half_pixel",
        exclude_outside=1,
    )
    builder.add(
        "Cast", [builder.add("Slice", ["resized", *crop], "cut") if crop else "resized"], "levels", to=1
    )
    # As core.backbones.preprocess.normalise does it, to the last bit.
    builder.constant("scale", (1 / (255 * std)).astype(np.float32)[:, None, None])
    builder.constant("shift", (np.asarray(p.mean) / std).astype(np.float32)[:, None, None])
    builder.add("Sub", [builder.add("Mul", ["levels", "scale"], "scaled"), "shift"], PIXELS)
    side = p.image_size
    graph = helper.make_graph(
        builder.nodes,
        "photos",
        [helper.make_tensor_value_info(PHOTOS, TensorProto.UINT8, ["photo", "height", "width", 3])],
        [helper.make_tensor_value_info(PIXELS, TensorProto.FLOAT, ["photo", 3, side, side])],
        initializer=builder.constants,
    )
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)


class _Builder:
    """Nodes and constants as they come; each node has one output, named by what it is."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, value: NDArray[np.generic] | list[int]) -> str:
        array = np.array(value, dtype=np.int64) if isinstance(value, list) else np.asarray(value)
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def _sizes(b: _Builder, p: PackagedPreprocessing) -> tuple[str, list[str]]:
    """Names of the size `[N, 3, H, W]` to resize to, and of starts, ends and axes of the cut behind it."""
    b.constant("side", [p.image_size])
    b.constant("three", [3])
    b.add("Shape", [PHOTOS], "count", start=0, end=1)
    if p.resize == "squash":
        return b.add("Concat", ["count", "three", "side", "side"], "target", axis=0), []
    b.add("Shape", [PHOTOS], "sides", start=1, end=3)
    b.add("ReduceMin", ["sides"], "shortest", keepdims=1)
    # The longer side is rounded down.
    b.add("Div", [b.add("Mul", ["sides", "side"], "stretched"), "shortest"], "scaled_sides")
    b.add("Concat", ["count", "three", "scaled_sides"], "target", axis=0)
    b.add("Cast", [b.add("Sub", ["scaled_sides", "side"], "excess")], "margins", to=TensorProto.FLOAT)
    b.constant("half", np.array([0.5], dtype=np.float32))
    # Halves are rounded to even, as Python's round does.
    b.add("Cast", [b.add("Round", [b.add("Mul", ["margins", "half"], "middle")], "rounded")], "starts", to=7)
    b.add("Add", ["starts", "side"], "ends")
    return "target", ["starts", "ends", b.constant("axes", [2, 3])]
