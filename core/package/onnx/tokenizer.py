"""The tokenizer that goes along with a text graph: CLIP's byte pairs as plain JSON."""

import json

from core.backbones.clip import Backbone

KIND = "clip-bpe"


def tokenizer_file(backbone: Backbone) -> bytes | None:
    """`merges` in their order (the vocabulary follows from them: 256 bytes, the same as ends of words, the merges,
    start, end) and the context length; None for a backbone with a tokenizer of another kind."""
    merges = backbone.merges
    if merges is None:
        return None
    content = {"kind": KIND, "context_length": backbone.context_length, "merges": merges}
    return json.dumps(content, ensure_ascii=False, indent=0).encode()
