"""A finished run asked what would be if; what is found is kept in its folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.project.revision import DataRevision
from core.training.commands import Commands, Emit
from core.training.job import WhatIfJob, WhatIfQuestion
from core.training.run import Run
from core.whatif.again import with_a_tail, with_fewer, with_wrong_labels
from core.whatif.balance import balanced
from core.whatif.elsewhere import elsewhere
from core.whatif.findings import Answer
from core.whatif.shift import under_shift

_ASKED: dict[WhatIfQuestion, Callable[[Run, DataRevision, Emit, Commands], Answer]] = {
    "fewer": with_fewer,
    "shift": under_shift,
    "balance": balanced,
    "wrong": with_wrong_labels,
    "tail": with_a_tail,
}


def run_what_if(job: WhatIfJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """What the job asks.

    Raises:
        Problem: as `with_fewer`, `under_shift`, `balanced` and `elsewhere`.
        Halt: as asked.
    """
    run = Run(Path(job.source_run))
    revision = run.revision.model_copy(update={"root": job.root} if job.root else {})
    if job.question == "elsewhere":
        found: Answer = elsewhere(run, revision, Path(job.photos), emit, commands)
    else:
        found = _ASKED[job.question](run, revision, emit, commands)
    found.save(run.folder)
    return {"question": job.question}
