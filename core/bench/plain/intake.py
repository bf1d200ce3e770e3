"""Taking in a photo as obvious code does it: open it whole, turn it, convert it, bring it to size."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

_QUALITY = 85


@dataclass(frozen=True)
class Taken:
    """A small picture as JPEG bytes, the model's input before it is cropped (RGB), the content's hash."""

    thumbnail: bytes
    model_input: Image.Image
    sha256: str

    def picture(self) -> Image.Image:
        """The small picture as it is seen (RGB)."""
        return Image.open(io.BytesIO(self.thumbnail)).convert("RGB")


def take_in_plainly(path: Path, edge: int, input_edge: int) -> Taken:
    """Small picture with a longer side of `edge`, input with a shorter one of `input_edge`."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    with Image.open(path) as image:
        photo = ImageOps.exif_transpose(image).convert("RGB")
    buffer = io.BytesIO()
    fitted(photo, edge).save(buffer, "JPEG", quality=_QUALITY)
    return Taken(buffer.getvalue(), fitted(photo, input_edge, least=True), sha256)


def fitted(photo: Image.Image, edge: int, *, least: bool = False) -> Image.Image:
    """Brought to a longer side of `edge` pixels, or, with `least`, to a shorter one."""
    scale = edge / (min if least else max)(photo.size)
    size = (max(1, round(photo.width * scale)), max(1, round(photo.height * scale)))
    return photo.resize(size, Image.Resampling.BICUBIC)
