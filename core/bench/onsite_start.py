"""What a fresh process does before its first answer on site: stand a graph up and judge one photo, without torch."""

from pathlib import Path
from typing import Any

import numpy as np

from core.package.onnx.model import Graph, ImageGraph
from core.photos.decode import decode_photo


def answer_once(graph: Path, photo: Path) -> dict[str, Any]:
    """The column of the likeliest class."""
    judge = ImageGraph(Graph(graph.read_bytes(), graph.name))
    picture = np.asarray(decode_photo(photo.read_bytes(), photo), np.uint8)[None]
    return {"column": int(judge.judge(picture)[0].argmax())}
