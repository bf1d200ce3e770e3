"""The words of the embedded backbone's card; the figures come from `core.backbones.card`."""

from __future__ import annotations

from typing import Any

_HEAD = """# The embedded backbone

A CLIP of {parameters:.1f} million parameters ({bytes:.1f} MB) that comes with the program.

**What it is for**: learning the program, trying every method in seconds, and testing. **It is not for production**: it
has seen rendered parts and about a thousand grocery photos. For work with your own photos import or download a backbone
in the model store (`hikidashi models list`).

## How it was made
- Architecture: open_clip's stock `CLIP` (`config.json`): image tower ViT, {image:.1f} M parameters, 112 px, patches of
  16 px, class token; text tower, {text:.1f} M parameters, 32 tokens, OpenCLIP's tokenizer; 512 shared dimensions.
- Of the token embedding only rows of tokens met in pretraining are stored; the others are regenerated at loading, small
  and random. Words outside the parts world and the 1,585 object names mean nothing to it. English only.
- Pretraining: `hikidashi pretrain` (seed {seed}; {steps} steps in {hours:.1f} h on two processor cores that were busy
  with other work; batch sizes and planned length were changed on the way and it was ended before its planned end, as
  `pretrain.json` tells):
  contrast between rendered pictures of factory parts and captions (pairs that also fit are no negatives), throw-away
  attribute heads, and distillation from the teachers below.
- Held out of pretraining: about one (part, colour) pair in twelve whole, and one in five of the other (part, finish,
  defect) triples (`core.partsworld.heldout`).

## Teachers and their licences
- MobileNetV2 1.0/224, ImageNet weights (google-coral test_data): Apache-2.0.
- CLIP ViT-B/32 text embeddings of 1,585 object names (Detic): Apache-2.0.
- A linear map from the first's features to the second's space (made of the two; the mean it subtracts from image
  features was taken over Flickr8k photos, a statistic of 1,280 numbers): Apache-2.0.
- Photos, without their labels: Grocery Store data set (25 coarse classes, and the product pictures) by M. Klasson, MIT;
  four sample photos that come with the first. No other photos.

## Measured
"""


def render_card(figures: dict[str, Any]) -> str:
    """The card in Markdown."""
    counts, record = figures["parameters"], figures["pretrain"]
    head = _HEAD.format(
        parameters=(counts["image"] + counts["text"]) / 1e6, bytes=figures["weights_bytes"] / 1e6,
        image=counts["image"] / 1e6, text=counts["text"] / 1e6, steps=record.get("steps", "?"),
        seed=record.get("config", {}).get("seed", "?"), hours=record.get("seconds", 0) / 3600,
    )  # fmt: skip
    return (
        head + _check_lines(figures["held_out_zero_shot"]) + _zero_shot_table(figures) + _probe_table(figures)
    )


def _check_lines(check: dict[str, Any]) -> str:
    return (
        f"Zero-shot on compositions it never saw (`hikidashi models check embedded`; {check['sets']} sets of ten classes, "
        f"{check['pictures']} fresh pictures, chance 0.10):\n"
        f"top-1 **{check['top1']:.3f}**, top-5 {check['top5']:.3f}; ten random classes {check['top1_random_sets']:.3f}, "
        f"ten confusable classes {check['top1_confusable_sets']:.3f}.\n\n"
    )


def _zero_shot_table(figures: dict[str, Any]) -> str:
    rows = [
        f"| {name} | {f['embedded']:.3f} | {f['teacher']:.3f} | {f['chance']:.3f} | {f['photos']} |"
        for name, f in figures["zero_shot"].items()
    ]
    head = "Zero-shot top-1 on real photos it never saw:\n\n| set | this backbone | teacher | chance | photos |\n|---|---|---|---|---|\n"
    at_chance = [name for name, f in figures["zero_shot"].items() if f["embedded"] < f["chance"] + 0.05]
    verdict = f"No better than guessing on {' and '.join(at_chance)}: " if at_chance else ""
    verdict += "on real photos tune an imported backbone instead."
    return head + "\n".join(rows) + f"\n\n{verdict}\n\n"


def _probe_table(figures: dict[str, Any]) -> str:
    rows = []
    for name, f in figures["linear_probe"].items():
        ours, theirs = (
            "/".join(f"{f[who][k]:.3f}" for k in ("1", "4", "16")) for who in ("embedded", "mobilenet_v2")
        )
        rows.append(f"| {name} | {ours} | {theirs} | {f['chance']:.3f} |")
    return (
        "Linear probe on frozen features with 1/4/16 photos per class, mean over three seeds. Photos of grocery25 were "
        "seen in pretraining (without labels), by this backbone only:\n\n"
        "| set | this backbone | MobileNetV2 | chance |\n|---|---|---|---|\n" + "\n".join(rows) + "\n\n"
        "Reproduce with `python -m core.backbones.card --data DIR`, where DIR holds the photo sets and teachers.\n"
    )
