"""Which computing device training would use. Only the engine knows, so it is asked in a process of its own."""

import json
import subprocess

from app.engine import engine_command
from core.doctor import Check

_PATIENCE_S = 120.0


def ask_device() -> Check:
    """The check of the device; takes seconds, so call it off the screen's thread."""
    try:
        answer = subprocess.run(
            [*engine_command(), "doctor", "--json"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE_S,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        name = json.loads(answer.stdout.splitlines()[-1])["device"]
    except (OSError, subprocess.SubprocessError, ValueError, LookupError) as error:
        return Check("doctor.device_warn", "warn", {"reason": error})
    return Check("doctor.device_ok", "ok", {"name": name})
