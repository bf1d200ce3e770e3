"""The words of the embedded text model's card; the figures come from `core.tasks.pretrain_run`."""

from __future__ import annotations

from typing import Any

# So much above the most common answer is still called guessing.
_GUESSING = 0.1
_CHANGED = "; their planned number was changed on the way,\n  as `pretrain.json` tells"
_HEAD = """# The embedded text model

Describes photos (写真に説明をつける) and answers questions about them (写真に質問する), in English and Japanese:
{parameters:.1f} million parameters ({bytes:.1f} MB), among them an image tower of its own.

**What it is for**: learning the program, trying every method in seconds, and testing, offline. **It is not for
production**: the only photos it has seen are rendered factory parts, one on each. Of a real photo it will speak as if it
were one of these. For work with your own photos tune it on your own texts at least, and have a person check what it
writes.

## What it can say
- Part, finish, condition, background, and in which quarter of the picture a part lies, for the 21 parts, 28 finishes, 9
  conditions and 8 backgrounds of the parts world (`core.partsworld`): a closed vocabulary.
- Questions: yes or no; which part, defect, colour, material, background; where; how many fixing holes or spokes. Asked
  about anything else it still answers with one of these words: its confidence says how sure it is of the word, not
  whether the question made sense.
- Its tokens ({vocabulary} byte pairs over all 256 bytes) can write any text, so it can be tuned on any wording in
  English or Japanese. Words of the program's own help and glossary it has met in text only, others never.
- Japanese: trained on as many Japanese sentences as English ones, made of templates; figures below for both.

## How it was made
- Architecture: an image tower of its own (eight small convolutions, then two blocks of a ViT; 112 px, a token for each
  16 px); its tokens from before and after the blocks; a connector of one block; a causal decoder of four blocks, width
  256, that sees image tokens and text in one attention (as GIT, arXiv 2205.14100).
- Pretraining: `hikidashi pretrain --task caption` (seed {seed}; {hours:.1f} h on part of one processor core) on {pictures}
  rendered pictures, turned and mirrored. First the convolutions learned to see: {seeing_steps} steps of {seeing_pictures} pictures
  with their facts (part, finish, defect, background, position, number), by heads that were thrown away. Then all that
  follows them learned to write: {steps} steps of {batch} pictures with their facts, {told} of them with descriptions and
  questions made of templates (`core.partsworld.descriptions`, `.questions`){changed}.
- Beside them it read sentences of the program's own help: with another version of that, the same command gives other
  bits. No photo, text or model of anyone else was used.
- Held out: the compositions that are held out of the embedded backbone's pretraining too (`core.partsworld.heldout`).

## Measured
On {photos} fresh pictures of compositions that it never saw, every defect as often as another.
Five references per picture. The best constant description was chosen on these very pictures.
"""


def render_card(figures: dict[str, Any]) -> str:
    """The card in Markdown."""
    record, held_out = figures["pretrain"], figures["held_out"]
    head = _HEAD.format(
        parameters=sum(figures["parameters"].values()) / 1e6,
        bytes=figures["weights_bytes"] / 1e6,
        vocabulary=figures["vocabulary"],
        seed=record["config"]["seed"],
        steps=record["steps"],
        batch=record["config"]["batch_pictures"],
        told=record["config"]["told"],
        changed=_CHANGED if len(record["plans"]) > 1 else "",
        seeing_steps=record["config"]["seeing_steps"],
        seeing_pictures=record["config"]["seeing_pictures"],
        hours=record["seconds"] / 3600,
        pictures=record["config"]["pictures"],
        photos=held_out["photos"],
    )
    parts = [head, _captions(held_out["caption"]), _answers(held_out["vqa"]), _kinds(held_out["vqa"])]
    return (
        "\n".join([*parts, _verdict(held_out["vqa"])])
        + "\nReproduce with `python -m core.tasks.pretrain_run FOLDER`.\n"
    )


def _captions(figures: dict[str, Any]) -> str:
    rows = [
        f"| {language} | {_interval(f['cider'], 2)} | {f['constant_cider']['mean']:.2f} | "
        f"{f['times_constant']:.1f} | {_interval(f['bleu_4'], 2)} | {f['constant']} |"
        for language, f in figures.items()
    ]
    head = "| descriptions | CIDEr | best constant's | times | BLEU-4 | best constant |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _answers(figures: dict[str, Any]) -> str:
    rows = [
        f"| {language} | {f['accuracy']:.3f} | {f['majority']:.3f} ({f['majority_answer']}) | "
        f"{f['majority_per_kind']:.3f} | {f['questions']} |"
        for language, f in figures.items()
    ]
    head = "| answers | right | most common answer | most common of each kind | questions |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _kinds(figures: dict[str, Any]) -> str:
    kinds = sorted({kind for f in figures.values() for kind in f["kinds"]})
    rows = []
    for kind in kinds:
        cells = [
            f"{f['kinds'][kind]['accuracy']:.2f} ({f['kinds'][kind]['majority']:.2f})"
            if kind in f["kinds"]
            else "-"
            for f in figures.values()
        ]
        rows.append(f"| {kind} | {' | '.join(cells)} |")
    head = f"| kind: right (most common answer) | {' | '.join(figures)} |\n|---|{'---|' * len(figures)}\n"
    return head + "\n".join(rows) + "\n"


def _verdict(figures: dict[str, Any]) -> str:
    """Which kinds of questions it is guessing at, in any language."""
    guessed = sorted(
        {
            kind
            for f in figures.values()
            for kind, found in f["kinds"].items()
            if found["accuracy"] < found["majority"] + _GUESSING
        }
    )
    if not guessed:
        return (
            "Better than the most common answer on every kind of question; it is wrong often enough, in descriptions too, "
            "that parts must not be judged by it.\n"
        )
    return (
        f"**No better, or hardly better, than the most common answer on: {', '.join(guessed)}.** Descriptions are wrong "
        "in the same places. Do not judge parts by it.\n"
    )


def _interval(figure: dict[str, float], digits: int) -> str:
    return f"**{figure['mean']:.{digits}f}** [{figure['low']:.{digits}f}, {figure['high']:.{digits}f}]"
