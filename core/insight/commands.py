"""`hikidashi insight`: how much of the pretrained knowledge a run keeps, and where it looks in a photo."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.cli.progress import TerminalProgress
from core.insight.course import MEASURES, Group, course_of, values_of
from core.insight.findings import Insight
from core.problems import Problem
from core.training.events import Collapse


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "insight",
        help="show what a run kept of the pretrained knowledge",
        description="Compares a finished run with the untouched backbone on the same test photos: how many directions "
        "its features use (effective rank), how classes stand to each other (neural collapse; also round by round of "
        "the training), and which channels serve the classes it learned. With --heat it draws where the model looked in a photo. What is found is kept "
        "in the folder `insight` of the run.",
        epilog="example: hikidashi insight run1 --json\n"
        "example: hikidashi insight run1 --heat part.jpg --class scratch",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("run_folder", metavar="RUN", type=Path, help="folder of a finished run")
    parser.add_argument(
        "--photos",
        type=Path,
        help="folder with one sub-folder per class (default: the run's own test photos)",
    )
    parser.add_argument("--seed", type=int, help="seed of the split of --photos (default: the run's own)")
    parser.add_argument(
        "--heat", type=Path, metavar="PHOTO", help="draw where the model looked in this photo"
    )
    parser.add_argument(
        "--class", dest="class_name", default="", help="for which class, by name (default: the likeliest)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=_insight)


def _insight(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.insight.run import look_at, look_into
    from core.project.folder import revision_from_folder
    from core.training.commands import Commands
    from core.training.run import Run

    run = Run(arguments.run_folder.absolute())
    if run.result() is None:
        raise Problem("cli.no_result", path=run.folder)
    revision = run.revision
    if arguments.photos is not None:
        seed = getattr(run.job, "seed", 1) if arguments.seed is None else arguments.seed
        revision = revision_from_folder(arguments.photos, seed)
    tell = TerminalProgress()
    if arguments.heat is not None:
        found = look_at(run, revision, arguments.heat.absolute(), arguments.class_name, tell)
        return {"run": str(run.folder), "heat": found.model_dump(mode="json")}
    insight = look_into(run, revision, tell, Commands())
    path = insight.save(run.folder)
    kept = {"run": str(run.folder), "insight": str(path)}
    course = course_of(run.events())
    if not arguments.json:
        return kept | _in_short(insight) | _course_in_short(course)
    told = [each.model_dump(mode="json", include={"epoch", "base", "new"}) for each in course]
    return kept | insight.model_dump(mode="json") | {"through_training": told}


def _course_in_short(course: Sequence[Collapse]) -> dict[str, Any]:
    """Through training: before the first round, half way, at the end."""
    short: dict[str, Any] = {}
    chosen = sorted({0, len(course) // 2, len(course) - 1}) if len(course) > 1 else []
    rounds = ", ".join(str(course[place].epoch) for place in chosen)
    groups: tuple[Group, ...] = ("base", "new")
    for group, measure in ((group, measure) for group in groups for measure in MEASURES):
        if values := values_of(course, group, measure):
            told = " → ".join(f"{values[place]:.3f}" for place in chosen)
            short[f"through training, {measure}, {group}"] = f"{told} (rounds {rounds})"
    return short


def _in_short(insight: Insight) -> dict[str, Any]:
    """What a person reads at a terminal: before → after, without the long rows of numbers."""
    short: dict[str, Any] = {"photos": insight.photos, "classes": insight.classes}
    for side, spectra in (("photos", insight.images), ("texts", insight.texts)):
        if spectra is not None:
            before, after = spectra.before, spectra.after
            short[f"effective rank, {side}"] = f"{before.effective_rank:.1f} → {after.effective_rank:.1f}"
            short[f"overlap, {side}"] = spectra.overlap
            short[f"CKA, {side}"] = spectra.cka
    for group, collapse in (("base", insight.base), ("new", insight.new)):
        if collapse is not None:
            for name, value in collapse.before:
                short[f"{name}, {group}"] = f"{value:.3f} → {getattr(collapse.after, name):.3f}"
    if insight.channels is not None:
        before_share, after_share = (found.share_base for found in insight.channels.values())
        short["channels taken by base"] = f"{100 * before_share:.1f} % → {100 * after_share:.1f} %"
    return short
