"""The embedded backbone's card: what it is for, and what it can and cannot do, measured.

`python -m core.backbones.card --data DIR [--embedded DIR]` measures and writes `card.json` and `card.md` beside the
weights. DIR has `sets/` and `weights/`. Each figure of the backbone stands beside the teacher's by the same procedure:

- linear probe: multinomial logistic regression (L2, L-BFGS) on frozen, standardised features with 1, 4 and 16 photos
  per class, tested on all other photos; mean over three seeds. The backbone's features are its class token before the
  projection joined with its image features; the teacher's are MobileNetV2's 1,280 pooled features.
- zero-shot: class texts "a {name}"; the teacher's image features are its linear map into the CLIP text space, its
  text features the CLIP table's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from core.backbones.card_text import render_card
from core.backbones.embedded import EMBEDDED_FOLDER, PREPROCESS_CFG, WEIGHTS_NAME, load_embedded_model
from core.backbones.teacher import INPUT_SIZE, Teacher, load_teacher
from core.backbones.towers import run_image_tower
from core.backbones.zero_shot import check_embedded, encode_texts

PROBE_SETS = ("grocery25", "trashnet5", "neu_steel6", "magnetic_tile6", "fashion_products")
PROBE_SHOTS = (1, 4, 16)
SEEDS = (1, 2, 3)
# Names from the CLIP table, so that teacher and backbone are asked the same. Left out: "accessories" (no such thing)
# and "scarves" (the same name as mufflers).
ZERO_SHOT_NAMES: dict[str, dict[str, str]] = {
    "trashnet5": {
        "cardboard": "carton", "metal": "can", "paper": "newspaper", "glass": "wine bottle",
        "plastic": "water bottle",
    },
    "fashion_products": {
        "bags": "handbag", "belts": "belt", "bottomwear": "trousers", "cufflinks": "cufflink", "dress": "dress",
        "eyewear": "sunglasses", "flip_flops": "flip-flop", "fragrance": "perfume", "headwear": "hat",
        "innerwear": "underwear", "mufflers": "scarf", "sandal": "sandal", "shoes": "shoe", "socks": "sock",
        "ties": "necktie", "topwear": "shirt", "wallets": "wallet", "watches": "watch",
    },
}  # fmt: skip
_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp"})


def measure(data: Path, embedded: Path) -> dict[str, Any]:
    """All figures of the card."""
    model, teacher = load_embedded_model(embedded), load_teacher(data / "weights")
    probes, zero_shots = {}, {}
    for name in PROBE_SETS:
        photos, classes = read_set(data / "sets" / name)
        labels = np.array([classes.index(p.parent.name) for p in photos])
        ours, image = backbone_features(model, photos)
        theirs = teacher_features(teacher, photos)
        probes[name] = {
            "classes": len(classes), "chance": 1 / len(classes),
            "embedded": probe(torch.cat([ours, image], dim=1), labels), "mobilenet_v2": probe(theirs, labels),
        }  # fmt: skip
        if name in ZERO_SHOT_NAMES:
            zero_shots[name] = zero_shot(model, teacher, image, theirs, photos, ZERO_SHOT_NAMES[name])
    return {
        "weights_bytes": (embedded / WEIGHTS_NAME).stat().st_size,
        "parameters": _parameters(model),
        "held_out_zero_shot": check_embedded(embedded),
        "zero_shot": zero_shots,
        "linear_probe": probes,
        "pretrain": _pretrain_record(embedded),
    }


def read_set(folder: Path) -> tuple[list[Path], list[str]]:
    """Photos of a set (one folder per class) in a fixed order, and the class folders' names."""
    classes = sorted(p.name for p in folder.iterdir() if p.is_dir())
    photos = [
        p for name in classes for p in sorted((folder / name).iterdir()) if p.suffix.lower() in _ENDINGS
    ]
    return photos, classes


@torch.no_grad()
def backbone_features(model: Any, photos: Sequence[Path]) -> tuple[Tensor, Tensor]:
    """Class tokens before the projection (n, width) and image features (n, D); photos resized whole."""
    mean, std = (torch.tensor(PREPROCESS_CFG[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    size = int(model.visual.image_size[0])
    tokens, features = [], []
    for start in range(0, len(photos), 32):
        pixels = (_read(photos[start : start + 32], size) - mean) / std
        output, image = run_image_tower(model.visual, pixels)
        tokens.append(output[:, 0])
        features.append(image)
    return torch.cat(tokens), torch.cat(features)


def teacher_features(teacher: Teacher, photos: Sequence[Path]) -> Tensor:
    """MobileNetV2's pooled features (n, 1280)."""
    chunks = [_read(photos[start : start + 8], INPUT_SIZE) for start in range(0, len(photos), 8)]
    return torch.cat([teacher.features(pixels)[1] for pixels in chunks]).clone()


def probe(features: Tensor, labels: NDArray[np.int64]) -> dict[str, float]:
    """Accuracy of a linear probe at each number of shots, mean over the seeds."""
    return {
        str(shots): float(np.mean([_probe_once(features, labels, shots, seed) for seed in SEEDS]))
        for shots in PROBE_SHOTS
    }


def zero_shot(
    model: Any, teacher: Teacher, image: Tensor, pooled: Tensor, photos: Sequence[Path], names: dict[str, str]
) -> dict[str, float]:
    """Top-1 among the named classes, beside the teacher's and chance."""
    folders = list(names)
    chosen = [n for n, p in enumerate(photos) if p.parent.name in names]
    truth = torch.tensor([folders.index(photos[n].parent.name) for n in chosen])
    ours = (
        functional.normalize(image[chosen], dim=1) @ encode_texts(model, [f"a {n}" for n in names.values()]).T
    )
    targets = teacher.name_targets[[teacher.names.index(n) for n in names.values()]]
    theirs = teacher.image_targets(pooled[chosen]) @ targets.T
    return {
        "embedded": float((ours.argmax(1) == truth).float().mean()),
        "teacher": float((theirs.argmax(1) == truth).float().mean()),
        "chance": 1 / len(folders), "photos": len(chosen),
    }  # fmt: skip


def _probe_once(features: Tensor, labels: NDArray[np.int64], shots: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    train = np.concatenate([rng.permutation(np.flatnonzero(labels == c))[:shots] for c in np.unique(labels)])
    test = np.setdiff1d(np.arange(len(labels)), train)
    spread, mean = torch.std_mean(features, dim=0)  # of all photos: no labels are used
    x = (features - mean) / (spread + 1e-6) / features.shape[1] ** 0.5
    y = torch.from_numpy(labels)
    layer = nn.Linear(x.shape[1], int(labels.max()) + 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=120, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = functional.cross_entropy(layer(x[train]), y[train]) + 1e-4 * layer.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        return float((layer(x[test]).argmax(1) == y[test]).float().mean())


def _read(photos: Sequence[Path], size: int) -> Tensor:
    """(n, 3, size, size) in 0..1."""
    pictures = []
    for path in photos:
        with Image.open(path) as photo:
            pictures.append(np.asarray(photo.convert("RGB").resize((size, size), Image.Resampling.BICUBIC)))
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255


def _parameters(model: Any) -> dict[str, int]:
    image = sum(p.numel() for p in model.visual.parameters())
    table = int(model.token_embedding.weight.numel())
    text = sum(p.numel() for p in model.parameters()) - image - table
    return {"image": image, "text": text, "token_table": table}


def _pretrain_record(embedded: Path) -> dict[str, Any]:
    path = embedded / "pretrain.json"
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description="measure the embedded backbone and write its card")
    parser.add_argument("--data", type=Path, required=True, help="folder with sets/ and weights/")
    parser.add_argument("--embedded", type=Path, default=EMBEDDED_FOLDER)
    args = parser.parse_args()
    torch.manual_seed(0)
    figures = measure(args.data, args.embedded)
    (args.embedded / "card.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (args.embedded / "card.md").write_text(render_card(figures), encoding="utf-8")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
