"""Public sets of described photos: Flickr8k, Flickr30k and COCO, with the splits that papers use.

- `dataset_flickr8k.json`, `dataset_flickr30k.json`, `dataset_coco.json`: Karpathy's splits; `restval` is trained on.
- `Flickr8k.token.txt` with `Flickr_8k.{train,dev,test}Images.txt`: the set's own files.
- `results_20130124.token`: Flickr30k's sentences; its split is Karpathy's, or `{train,val,test}.txt` (photo numbers).

Photos lie in the folder where people keep them: `Flicker8k_Dataset` (so spelled), `flickr30k-images`, `train2014` and
`val2014`, `images`, or beside the files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.exchange.labels import read_bounded
from core.exchange.table import decoded
from core.exchange.text_entries import Entry, gather_texts
from core.exchange.text_json import read_text_json
from core.problems import Problem
from core.tasks.texts import Part, PhotoTexts

_KARPATHY = ("dataset_coco.json", "dataset_flickr30k.json", "dataset_flickr8k.json", "dataset.json")
_TOKENS = ("Flickr8k.token.txt", "results_20130124.token", "results.token")
_SPLIT_FILES: dict[Part, tuple[str, ...]] = {
    "train": ("Flickr_8k.trainImages.txt", "train.txt"),
    "val": ("Flickr_8k.devImages.txt", "val.txt"),
    "test": ("Flickr_8k.testImages.txt", "test.txt"),
}
_PHOTOS = (
    "Flicker8k_Dataset",
    "Flickr8k_Dataset",
    "flickr30k-images",
    "flickr30k_images",
    "images",
    "Images",
    "",
)


@dataclass(frozen=True)
class DescribedPhoto:
    """A photo of a set, its part, and what people wrote about it."""

    path: Path
    part: Part
    captions: tuple[str, ...]


def read_described(folder: Path) -> tuple[DescribedPhoto, ...]:
    """The photos of a set with a part, in its order.

    Raises:
        Problem: `bench.no_described_set` where the folder has none of the files, `bench.no_split`,
            `bench.photos_missing` where photos are not there, or as reading the files raises.
    """
    texts = _texts(folder)
    captions: dict[str, list[str]] = {}
    for caption in texts.captions:
        captions.setdefault(caption.photo, []).append(caption.text)
    listed = [photo for photo in captions if photo in texts.parts]
    if not listed:
        raise Problem("bench.no_split", path=folder)
    places = _places(folder, listed)
    return tuple(
        DescribedPhoto(places[photo], texts.parts[photo], tuple(captions[photo])) for photo in listed
    )


def _texts(folder: Path) -> PhotoTexts:
    for name in _KARPATHY:
        if (folder / name).is_file():
            return read_text_json(folder / name)
    for name in _TOKENS:
        if (folder / name).is_file():
            return gather_texts(_of_tokens(folder / name, _split_files(folder)))
    raise Problem("bench.no_described_set", path=folder)


def _of_tokens(path: Path, parts: Mapping[str, str]) -> Iterator[Entry]:
    """Lines of photo, `#` and number, a tab, the sentence."""
    for line in decoded(read_bounded(path), path).splitlines():
        marked, tab, sentence = line.partition("\t")
        photo = marked.rpartition("#")[0].strip()
        if tab and photo:
            yield Entry(photo, caption=sentence, part=parts.get(photo, parts.get(Path(photo).stem, "")))


def _split_files(folder: Path) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for part, names in _SPLIT_FILES.items():
        for path in (folder / name for name in names):
            if path.is_file():
                photos = decoded(read_bounded(path), path).split()
                parts |= dict.fromkeys(photos, part)
                break
    return parts


def _places(folder: Path, photos: list[str]) -> dict[str, Path]:
    """Where photos lie: all in the first folder that has the first of them.

    Names come from a file that anyone may have written: none may lead out of the set's folder.
    """
    inside = folder.resolve()
    for name in _PHOTOS:
        places = {photo: folder / name / photo for photo in photos}
        if places[photos[0]].is_file():
            missing = [photo for photo, path in places.items() if not _within(path, inside)]
            if missing:
                break
            return places
    else:
        missing = photos
    raise Problem("bench.photos_missing", path=folder, count=len(missing), first=missing[0])


def _within(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder)
