"""The predict worker: loads a package once, then answers requests that come as JSON lines, and minds a source.

A request is `{"request": 3, "photos": ["…"]}`; each photo is answered by one event with that number: Predicted by a
package that tells classes apart, Wrote by one that writes, or PredictionFailed. One that answers questions is asked
`"questions": ["…"]`, or those it learned where there are none. With `"add_class": {"name": "…", "description": "…"}` a
class is added before the photos are judged, which a ClassAdded event tells; when it cannot be, or the request makes no
sense, one PredictionFailed with an empty `photo` answers. `"source": "…"` (a folder, `camera:0`, the address of a camera;
"" for none) has what comes from there judged, too, with request 0. The first Progress event (1 of 1) says that the
package is loaded. A monitor sees every photo that was judged; a MonitorLooked event tells that it took a look. What was
written is kept in the package's records.
"""

from pathlib import Path

from core.onsite.alone import open_adding_judge
from core.onsite.bench import Bench
from core.onsite.class_bench import ClassBench
from core.package.archive import TextPackage
from core.package.trust import open_any_trusted
from core.training.commands import Commands, Emit
from core.training.events import Progress, Stage
from core.training.job import PredictJob


def run_predict(job: PredictJob, emit: Emit, commands: Commands) -> None:
    """Answer requests until told to end.

    Raises:
        Problem: as `open_any_trusted`, `open_adding_judge`, `open_writing_judge`.
        Halt: stopped, or the window is gone.
    """
    emit(Stage(stage="load", index=1, of=1))
    package = open_any_trusted(Path(job.package))
    bench = _texts(package, job, emit) if isinstance(package, TextPackage) else _classes(job, emit)
    try:
        bench.emit(Progress(done=1, total=1))
        while True:
            commands.heed(bench.emit)
            content = commands.next_request()
            if content is not None:
                bench.answer(content, commands)
    finally:
        bench.end()


def _classes(job: PredictJob, emit: Emit) -> Bench:
    bench = ClassBench(open_adding_judge(Path(job.package), job.device), emit)
    for name, description in job.added:
        bench.add_again(name, description)
    bench.oversee(Path(job.package))
    return bench


def _texts(package: TextPackage, job: PredictJob, emit: Emit) -> Bench:
    # torch takes seconds to come, and a package that works alone does without.
    from core.onsite.text_bench import TextBench
    from core.onsite.writing import open_writing_judge

    return TextBench(package, open_writing_judge(package, job.device), emit)
