"""Public sets of described photos as people keep them: Flickr8k, Flickr30k and COCO, with the splits that papers use.

- `dataset_flickr8k.json`, `dataset_flickr30k.json`, `dataset_coco.json`: Karpathy's splits; `restval` is trained on.
- `Flickr8k.token.txt` with `Flickr_8k.{train,dev,test}Images.txt`: the set's own files.
- `results_20130124.token`: Flickr30k's sentences; its split is Karpathy's, or `{train,val,test}.txt` (photo numbers).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from core.exchange.labels import read_bounded
from core.exchange.table import decoded
from core.exchange.text_entries import Entry, gather_texts
from core.exchange.text_json import read_text_json
from core.problems import Problem
from core.tasks.texts import Part, PhotoTexts

TOKENS = ("Flickr8k.token.txt", "results_20130124.token", "results.token")
_KARPATHY = ("dataset_coco.json", "dataset_flickr30k.json", "dataset_flickr8k.json", "dataset.json")
_SPLIT_FILES: dict[Part, tuple[str, ...]] = {
    "train": ("Flickr_8k.trainImages.txt", "train.txt"),
    "val": ("Flickr_8k.devImages.txt", "val.txt"),
    "test": ("Flickr_8k.testImages.txt", "test.txt"),
}


def read_text_set(folder: Path) -> PhotoTexts:
    """The descriptions of a set in its folder, and its split where there is one; Karpathy's goes before the set's own.

    Raises:
        Problem: `exchange.no_text_set` where the folder has none of the files, or as reading the files raises.
    """
    for name in _KARPATHY:
        if (folder / name).is_file():
            return read_text_json(folder / name)
    for name in TOKENS:
        if (folder / name).is_file():
            return read_tokens(folder / name)
    raise Problem("exchange.no_text_set", path=folder)


def read_tokens(path: Path) -> PhotoTexts:
    """The descriptions of one of the `TOKENS`, with the split that lies beside it. Raises Problem as reading does."""
    return gather_texts(_of_tokens(path, _split_beside(path)))


def _of_tokens(path: Path, parts: Mapping[str, Part]) -> Iterator[Entry]:
    """Lines of photo, `#` and number, a tab, the sentence; of any other line an entry that is left out."""
    for line in filter(str.strip, decoded(read_bounded(path), path).splitlines()):
        marked, _, sentence = line.partition("\t")
        photo = marked.rpartition("#")[0].strip()
        yield Entry(photo, caption=sentence, part=parts.get(photo, parts.get(Path(photo).stem, "")))


def _split_beside(path: Path) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    for part, names in _SPLIT_FILES.items():
        for listed in (path.with_name(name) for name in names):
            if listed.is_file():
                parts |= dict.fromkeys(decoded(read_bounded(listed), listed).split(), part)
                break
    return parts
