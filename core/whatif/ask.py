"""A finished run asked what would be if; what is found is kept in its folder."""

from pathlib import Path
from typing import Any

from core.training.commands import Commands, Emit
from core.training.job import WhatIfJob
from core.training.run import Run
from core.whatif.fewer import with_fewer
from core.whatif.shift import under_shift


def run_what_if(job: WhatIfJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """What the job asks.

    Raises:
        Problem: as `with_fewer` and `under_shift`.
        Halt: as asked.
    """
    run = Run(Path(job.source_run))
    revision = run.revision.model_copy(update={"root": job.root} if job.root else {})
    found = (with_fewer if job.question == "fewer" else under_shift)(run, revision, emit, commands)
    found.save(run.folder)
    return {"question": job.question}
