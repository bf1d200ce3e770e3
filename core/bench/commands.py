"""`hikidashi bench …`: what the engine costs, measured side by side."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.backbones.store import EMBEDDED
from core.bench.window_commands import add_parsers as add_window_parsers
from core.cli.train import add_search, searching
from core.methods.catalogue import compositions, parse_composition
from core.methods.presets import Preset
from core.problems import Problem
from core.settings import locations

if TYPE_CHECKING:
    from core.bench.protocol import Request
    from core.bench.published import Recipe
    from core.bench.runs import Engine

ALL = "all"
DEFAULT_BACKBONE = "ViT-B-32"
# Known here without loading what carries them out.
PROTOCOL_NAMES = (
    "base-to-new",
    "few-shot",
    "union",
    "cross-set",
    "domain-shift",
    "long-tail",
    "label-noise",
)
TEXT_PROTOCOL = "pt-peft"
TEXT_TASKS = ("caption", "vqa")
RECIPE_NAMES = ("own", "paper", "dept")

_SPEED = """\
Each method's obvious version (what public code does: the image tower in every step, every text at full context
length, nothing shared) against ours: the same weights, photos, precision, number of steps and views. First logits and
gradients must be equal (float32: 1e-4 and 1e-3, relative), else the exit code is 1; then both are timed in turn.

plain_step_s, fast_step_s   one step, forward and backward; ours without its caches
ratio                       over the whole published run of 16 shots (see `recipe`), caches paid for inside (`cache_s`)
step_ratio                  of the steps alone
matmul_fraction             the time of a plain matrix product of as many operations, over the step's
plain_peak_bytes, fast_…    one step at its highest, above what is loaded, each in a process of its own
target                      what the project holds itself to: ratios for ViT-B-32 at 10 and at 100 classes
"""
_ONSITE = """\
The CPU's time for a photo on site: the graph of a package, which brings the decoded photo to size itself. It must first
answer as torch does (1e-3 of a probability), else the exit code is 1; then the ways are timed in turn.

ratio_to_session   over the time of a bare ONNX session on the tensor that is ready for the tower; 1 is the least
ratio_to_torch     torch's time for the same photo, over ours
p50_ms, p99_ms     one JPEG of 1280 × 960 from its bytes to its answer
photos_per_s       at the best batch; photos_per_s_by_batch tells each
start_s            a fresh process, from its start to its first answer
target             what the project holds itself to
"""
_PROTOCOL = """\
Means over seeds with intervals of 95 %, H of the means; one line for each set, preset and condition. `gain` is the
difference to the untouched backbone, `against` that to the first preset named, both paired: photo by photo of the same
seeds. A difference whose interval holds 0 may be chance.

base-to-new   the first half of a set's classes is learned, the rest is new
few-shot      the same with 1, 2, 4, 8 and 16 photos of each class
union         base and new classes offered together: as judged, the scores of both brought to one scale on base
              validation photos alone; as scored (uncalibrated_…); and the seen/unseen curve with its area (ausuc)
cross-set     all classes of the first set are learned, then the others are judged
domain-shift  judged under other lighting, blur, noise, JPEG and another camera, at 5 strengths
long-tail     classes with fewer and fewer photos, 10, 50 and 100 to 1: per_class_mean, worst_class
label-noise   0, 10, 20 and 40 % of the training photos under a wrong label
pt-peft       with --task caption or vqa: the embedded text model tuned on a plant's own wording by prefix, LoRA,
              adapter, in full, and by PT-PEFT of each: score, what it knew before, effective rank and basis overlap
              with the pretrained features. It brings its own photos: no --set, no --preset

ImageNet and its variants V2, Sketch, A and R, Caltech101, OxfordPets, StanfordCars, Flowers102, Food101, FGVCAircraft,
SUN397, DTD, EuroSAT and UCF101 are known by their folders and split files, laid out as in CoOp's DATASETS.md. They are
split, sampled and worded as in the papers, whose figures (for ViT-B/16, by source) then stand under `paper`. How long
and how fast a preset trains is its own, often less than in its paper; with --recipe paper, or dept for DePT's re-runs,
it is the papers', down to rounds, batch, rate and crops. `recipe_notes` say what still differs, `hyper` what was set.

The papers' table, for whoever has the sets and the weights (vit-b-16-openai, by `models download`):
  hikidashi bench protocol base-to-new --set DATA/* --preset zero-shot coop cocoop kgcoop maple promptsrc \\
      --recipe paper --backbone vit-b-16-openai --shots 16 --seeds 1 2 3 --device auto --json
"""
_INSIGHT = """\
Trains each preset once per seed, and shows what it kept of the pretrained knowledge, by the same test photos before
and after: means over seeds with intervals of 95 % (Student's), one line for each set and preset.

images, texts   effective_rank before and after; `kept` is the share that is left, `said` what its interval allows to
                say: kept (within 3 %), narrowed, widened, open (it could be either, or there is one seed only).
                PT-PEFT's claim: a prefix keeps it; LoRA, adapters and full tuning narrow it
base, new       neural collapse, 0 at it: within_class (NC1), image_etf and text_etf (distance to a simplex ETF), duality
                (NC3); round by round under `through_training`. NPT's claim: nearer to it is better
channels        share_base, the channels that serve base classes more than new ones. DePT's claim: tuning takes them
"""
_LABELLING = """\
An operator is simulated key by key: knows every class, makes no mistake, and every key and click counts 1. Without help
a photo is 1 number key. With help (core/bench/labelling.py) groups that look alike are accepted at once, wrong ones are
first clicked and given their class. Means over seeds with intervals of 95 % (Student's).

actions_per_photo_plain, _helped     until nine tenths of the set, drawn anew with each seed, are labelled
accuracy_at, accuracy_at_actions     of a third that nobody labels, by what was labelled so far: plain as photos come,
                                     helped the most useful next (at: labels), or group by group (at_actions)
wrong_labels_found_first             one label in ten is made wrong: the share of them among as many first suspects;
                                     _by_chance what a queue in any order would find
"""
_RECIPE = (
    "how long and how fast to train, and how photos are shown: own, as the preset says (default); paper, as the method's "
    "own paper; dept, as DePT's authors ran every method anew. What was not published is refused"
)
_SET = "folders, one sub-folder per class; a public set's folder, such as eurosat; or parts-world: the sample"


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "bench",
        help="measure what the engine costs",
        description="Measures as ratios, side by side, in one run. `hikidashi bench WHAT --help` tells more.",
        epilog="example: hikidashi bench speed --method coop --backbone ViT-B-32 --classes 100 --json",
    )
    benches = parser.add_subparsers(metavar="WHAT", required=True)
    _add_speed(benches)
    _add_growth(benches)
    _add_protocol(benches)
    _add_insight(benches)
    _add_onsite(benches)
    _add_labelling(benches)
    add_window_parsers(benches)


def _add_speed(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "speed",
        help="each method's obvious version against ours",
        description=_SPEED,
        epilog="example: hikidashi bench speed --method coop cocoop --backbone ViT-B-32 --classes 100 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--method", nargs="+", default=[], help=f"compositions, or {ALL}: all that have steps"
    )
    parser.add_argument(
        "--classes", type=_count, default=100, help="number of synthetic classes (default 100)"
    )
    parser.add_argument("--savings", action="store_true", help="each saving alone instead of whole methods")
    parser.add_argument("--no-peak", action="store_true", help="leave the memory out")
    _add_common(parser, DEFAULT_BACKBONE)
    parser.set_defaults(run=_speed)


def _add_growth(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "growth",
        help="cost against the number of photos and of classes",
        description="One round of training and judging on kept features for 10² to 10⁵ photos, and the texts of 10 "
        "to 1000 classes forward and backward. A slope is that of log seconds against log number.",
        epilog="example: hikidashi bench growth --json",
    )
    _add_common(parser, EMBEDDED)
    parser.set_defaults(run=_growth)


def _add_protocol(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "protocol",
        help="accuracies of methods over sets and seeds, as papers report them",
        description=_PROTOCOL,
        epilog="example: hikidashi bench protocol base-to-new --set photos parts-world --preset coop 'dept(coop)' "
        "--seeds 1 2 3 --shots 16 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    names = (*PROTOCOL_NAMES, TEXT_PROTOCOL)
    parser.add_argument("name", metavar="NAME", choices=names, help="one of the above")
    parser.add_argument("--task", choices=TEXT_TASKS, help=f"for {TEXT_PROTOCOL}: describe or answer")
    _add_runs(parser, required=False)
    parser.set_defaults(run=_protocol)


def _add_insight(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "insight",
        help="what methods keep of the pretrained knowledge, over sets and seeds",
        description=_INSIGHT,
        epilog="example: hikidashi bench insight --set parts-world --preset prefix lora full pt-peft-lora coop-dept "
        "npt-coop --seeds 1 2 3 --shots 16",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_runs(parser)
    parser.set_defaults(run=_insight)


def _add_runs(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """What is trained, on what."""
    parser.add_argument("--set", nargs="+", required=required, help=_SET)
    parser.add_argument("--preset", nargs="+", required=required, help="presets or compositions")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], help="default 1 2 3")
    parser.add_argument("--shots", type=_count, help="photos per class to learn from; all by default")
    parser.add_argument("--recipe", choices=RECIPE_NAMES, default=RECIPE_NAMES[0], help=_RECIPE)
    add_search(parser)
    _add_common(parser, EMBEDDED)


def _add_onsite(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "onsite",
        help="a package's graph against the bare session and against torch",
        description=_ONSITE,
        epilog="example: hikidashi bench onsite --backbone ViT-B-32 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--classes", type=_count, default=10, help="number of synthetic classes (default 10)")
    parser.add_argument("--start-with", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--backbone", default=DEFAULT_BACKBONE, help="a stored backbone, or an architecture with "
                        f"random weights (default {DEFAULT_BACKBONE})")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_onsite)


def _add_labelling(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = benches.add_parser(
        "labelling",
        help="what suggestions spare an operator",
        description=_LABELLING,
        epilog="example: hikidashi bench labelling --set photos/grocery25 parts-world --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--set", nargs="+", required=True, help=_SET)
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5], help="default 1 2 3 4 5")
    _add_common(parser, EMBEDDED)
    parser.set_defaults(run=_labelling)


def _add_common(parser: argparse.ArgumentParser, backbone: str) -> None:
    parser.add_argument(
        "--backbone",
        default=backbone,
        help="a stored backbone, or, where only time is measured, an architecture such as ViT-B-16 "
        f"with random weights (default {backbone})",
    )
    parser.add_argument("--device", default="cpu", help="cpu (default), cuda, mps or auto")
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")


def _speed(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.device import choose_device
    from core.bench import speed
    from core.bench.savings import measure_savings
    from core.bench.subject import Subject, stand_up

    methods = _methods(arguments.method or speed.DEFAULT_METHODS)
    device = choose_device(arguments.device)
    backbone = stand_up(arguments.backbone, device.torch_name)
    if arguments.savings:
        lines = measure_savings(backbone, arguments.classes)
    else:
        subjects = (
            Subject(name, arguments.backbone, arguments.classes, device.torch_name) for name in methods
        )
        lines = (speed.measure(subject, backbone, with_peak=not arguments.no_peak) for subject in subjects)
    results = [_told(line) for line in lines]
    differing = [str(line.get("method", line.get("name"))) for line in results if line["equal"] is False]
    answer: dict[str, Any] = {"device": device.name, **_machine(), "results": results}
    return answer | ({"fault": f"not equal: {', '.join(differing)}"} if differing else {})


def _growth(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.device import choose_device
    from core.bench.growth import measure_growth
    from core.bench.subject import stand_up

    device = choose_device(arguments.device)
    return measure_growth(stand_up(arguments.backbone, device.torch_name), tell=_tell)


def _protocol(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.name == TEXT_PROTOCOL:
        return _text_protocol(arguments)
    if not arguments.set or not arguments.preset:
        raise Problem("bench.say_sets", protocol=arguments.name)
    from core.bench.protocols.catalogue import PROTOCOLS
    from core.bench.published import Recipe

    request, engine = _asked(arguments, Recipe(arguments.recipe, arguments.name))
    results = [_told(line) for line in PROTOCOLS[arguments.name](request, engine)]
    answer = {"protocol": arguments.name, "backbone": arguments.backbone, "recipe": arguments.recipe}
    return answer | {"recipe_notes": engine.recipe.notes(request.presets), "results": results}


def _text_protocol(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.bench.protocols.pt_peft import TextRequest, pt_peft, table_of
    from core.tasks.embedded import load_text_model

    if arguments.task is None:
        raise Problem("bench.say_task", protocol=TEXT_PROTOCOL)
    request = TextRequest(arguments.task, tuple(arguments.seeds))
    results = [_told(line) for line in pt_peft(request, load_text_model(), _tell)]
    about: dict[str, Any] = {"protocol": TEXT_PROTOCOL, "task": arguments.task}
    return about | ({"results": results} if arguments.json else {"table": table_of(results)})


def _insight(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.bench.insight import insight_lines, table_of
    from core.bench.published import Recipe

    request, engine = _asked(arguments, Recipe(arguments.recipe))
    results = [_told(line) for line in insight_lines(request, engine)]
    about: dict[str, Any] = {"backbone": arguments.backbone}
    return about | ({"results": results} if arguments.json else {"table": table_of(results)})


def _labelling(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.device import choose_device
    from core.backbones.load import load_backbone
    from core.bench.labelling import measure, see_set
    from core.bench.sets import sets_named

    sets = sets_named(arguments.set)
    backbone = load_backbone(arguments.backbone, choose_device(arguments.device).torch_name)
    results = [
        _told(
            {"set": each.name}
            | measure(see_set(each, backbone, locations().cache / "bench"), arguments.seeds, _tell)
        )
        for each in sets
    ]
    return {"backbone": arguments.backbone, "results": results}


def _asked(arguments: argparse.Namespace, recipe: "Recipe") -> "tuple[Request, Engine]":
    """What is to be run, checked before anything is loaded, and what runs it."""
    from core.backbones.device import choose_device
    from core.backbones.load import load_backbone
    from core.bench.protocol import Request, presets_named
    from core.bench.runs import Engine
    from core.bench.sets import sets_named
    from core.cli.progress import TerminalProgress

    request = Request(
        sets=sets_named(arguments.set),
        presets=tuple(_with_search(preset, arguments) for preset in presets_named(arguments.preset)),
        seeds=tuple(arguments.seeds),
        shots=arguments.shots,
    )
    recipe.check(request.presets)
    backbone = load_backbone(arguments.backbone, choose_device(arguments.device).torch_name)
    return request, Engine(backbone, locations().cache / "bench", TerminalProgress(), _tell, recipe)


def _with_search(preset: Preset, arguments: argparse.Namespace) -> Preset:
    """What was said of the search is for the preset that searches; others may stand beside it."""
    return searching(preset, arguments) if preset.parsed.learns == "by_search" else preset


def _onsite(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.start_with:
        from core.bench.onsite_start import answer_once

        return answer_once(*arguments.start_with)
    from core.bench.onsite import measure_onsite
    from core.bench.subject import stand_up

    found = measure_onsite(stand_up(arguments.backbone, "cpu"), arguments.classes)
    answer = {"backbone": arguments.backbone, **_machine(), **found}
    return answer if found["equal"] else answer | {"fault": "the ways do not answer alike"}


def _methods(wanted: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Checked before anything is loaded.

    Raises:
        Problem: `methods.unknown_composition`, `bench.no_steps`.
    """
    if list(wanted) == [ALL]:
        return tuple(str(each) for each in compositions() if each.learns == "by_epochs")
    for name in wanted:
        if parse_composition(name).learns != "by_epochs":
            raise Problem("bench.no_steps", name=name)
    return tuple(wanted)


def _told(line: dict[str, Any]) -> dict[str, Any]:
    _tell(json.dumps(line, ensure_ascii=False))
    return line


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _machine() -> dict[str, Any]:
    import torch

    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count
