"""From a torch module to a graph, and graphs put one behind the other.

PyTorch's tracing exporter is used: judging has no control flow that depends on data, and it takes a twentieth of the
time of the newer exporter (which gave the same figures) and no further library.
"""

import copy
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx.compose import add_prefix, merge_models
from torch import Tensor, nn

from core.backbones.blocks import Block
from core.package.onnx.photos import IR_VERSION, OPSET
from core.problems import Problem


@torch.no_grad()
def traced(
    module: nn.Module, examples: Sequence[Tensor], inputs: Mapping[str, dict[int, str]], output: str
) -> onnx.ModelProto:
    """The module as a graph. `inputs` names its inputs, each with those of its axes whose length is free.

    Raises:
        Problem: `package.no_graph` for a module that has an operation without a counterpart in ONNX.
    """
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        path = Path(folder) / "traced.onnx"
        # Of the exporter's age, and of branches on shapes, which are the same for every photo.
        warnings.simplefilter("ignore")
        try:
            torch.onnx.export(
                module.eval(),
                tuple(examples),
                path,
                input_names=list(inputs),
                output_names=[output],
                dynamic_axes={name: axes for name, axes in inputs.items() if axes},
                opset_version=OPSET,
                dynamo=False,
            )
        except (RuntimeError, ValueError, TypeError, torch.onnx.errors.OnnxExporterError) as error:
            raise Problem("package.no_graph", reason=_first_line(error)) from error
        model = onnx.load(path)
    model.ir_version = IR_VERSION
    return model


def joined(
    first: onnx.ModelProto, second: onnx.ModelProto, via: str, keep: Sequence[str] = ()
) -> onnx.ModelProto:
    """One graph behind the other: `via` is an output of the first and an input of the second; the first's outputs
    named in `keep` stay outputs."""
    second = _apart(second)
    outputs = [*keep, *(value.name for value in second.graph.output)]
    return merge_models(first, second, io_map=[(via, via)], outputs=outputs)


def without_adapters(module: nn.Module) -> nn.Module:
    """The module with low-rank additions folded into the layers that they were added to; where there are any it is
    a copy."""
    if not any(_is_adapter(part) for part in module.modules()):
        return module
    module = copy.deepcopy(module)
    for parent in list(module.modules()):
        for name, part in list(parent.named_children()):
            if _is_adapter(part):
                layer: Any = part
                layer.merge()
                setattr(parent, name, layer.base_layer)
        if isinstance(parent, Block):
            parent.fuse()
    return module


def _is_adapter(part: nn.Module) -> bool:
    """A layer that peft wrapped."""
    return hasattr(part, "base_layer") and hasattr(part, "merge")


def _apart(model: onnx.ModelProto) -> onnx.ModelProto:
    """Inner names that cannot meet those of another graph; inputs and outputs keep theirs."""
    prefix = f"{model.graph.output[0].name}."
    return add_prefix(model, prefix, rename_inputs=False, rename_outputs=False)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
