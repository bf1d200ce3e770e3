"""The tokenizer that goes along with a text graph: CLIP's byte pairs as plain JSON."""

import json
from typing import TYPE_CHECKING

from core.problems import Problem

if TYPE_CHECKING:  # torch
    from core.backbones.clip import Backbone

KIND = "clip-bpe"


def tokenizer_file(backbone: "Backbone") -> bytes | None:
    """`merges` in their order (the vocabulary follows from them: 256 bytes, the same as ends of words, the merges,
    start, end) and the context length; None for a backbone with a tokenizer of another kind."""
    merges = backbone.merges
    if merges is None:
        return None
    content = {"kind": KIND, "context_length": backbone.context_length, "merges": merges}
    return json.dumps(content, ensure_ascii=False, indent=0).encode()


def context_length_of(content: bytes, package: str) -> int:
    """The context length in such a file.

    Raises:
        Problem: `package.bad_graph` when it is none.
    """
    try:
        told = json.loads(content)
        length = told["context_length"]
        if told["kind"] == KIND and type(length) is int and 4 <= length <= 4096:
            return length
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise Problem("package.bad_graph", name=package, member="tokenizer.json", reason=KIND)
