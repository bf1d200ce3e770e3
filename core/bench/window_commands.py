"""`hikidashi bench ingest` and `bench grid`: photos in, and what the window makes of very many."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

_INGEST = """\
Photos of 12 megapixels: the obvious version (open, convert, resize) against ours, one thread each. Both must first give
the same hash and nearly the same pictures, else the exit code is 1. Then the window takes them in.

ratio           the obvious version's time over ours
photos_per_s    ours on one thread; scan_per_s: a whole scan on all cores
rescan_per_s    photos of an unchanged folder, by their metadata
scan_peak_bytes, rescan_bytes_per_photo   memory above what was taken before
frames_stalled  how often the window was held for more than 50 ms while it took the photos in
target          what the project holds itself to
"""
_GRID = """\
The label page with 50,000 photos, scrolled slowly, by screens and in jumps. Without a display it runs off screen.

first_paint_ms  from asking for the page to the first thumbnail; whole_screen_ms: to the last in sight
max_stall_ms    the longest time that the event loop was held; stalls_over_50_ms: how often it was held for longer
p99_frame_ms    from a new place of the scroll bar to the painted picture
longest_work_ms processor time of the screen's thread in one go, which a busy machine cannot lengthen
peak_bytes      the whole program's memory
"""


def add_parsers(benches: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both."""
    ingest = benches.add_parser(
        "ingest",
        help="taking photos in against the obvious version, and whether the window stalls",
        description=_INGEST,
        epilog="example: hikidashi bench ingest --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ingest.add_argument("--photos", type=_count, default=12, help="large photos (default 12)")
    ingest.add_argument(
        "--many", type=_count, default=20_000, help="small ones to look at twice (default 20000)"
    )
    ingest.add_argument("--no-window", action="store_true", help="leave the window out")
    ingest.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    ingest.set_defaults(run=_ingest)
    grid = benches.add_parser(
        "grid",
        help="scrolling through very many photos",
        description=_GRID,
        epilog="example: hikidashi bench grid --photos 50000 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    grid.add_argument("--photos", type=_count, default=50_000, help="default 50000")
    grid.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    grid.set_defaults(run=_grid)


def _ingest(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.bench.grid import measure_window_intake, the_window
    from core.bench.ingest import measure_ingest, write_many, write_photos

    if not arguments.no_window:
        the_window()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        _tell("making photos")
        large = write_photos(work / "photos", arguments.photos)
        found = measure_ingest(large, write_many(work / "many", arguments.many), work, _tell)
        if not arguments.no_window:
            _tell("the window takes them in")
            found |= measure_window_intake(work / "photos")
    return found if found["equal"] else found | {"fault": "the two versions do not give the same"}


def _grid(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.bench.grid import measure_grid

    return measure_grid(arguments.photos, _tell)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count
