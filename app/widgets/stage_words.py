"""What stages, figures and decisions are called in the window."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from core.poc.evidence import Figure
from core.project.decisions import Stage


def stage_name(stage: Stage) -> str:
    """A stage in a few words."""
    return {
        1: QCoreApplication.translate("StageWords", "第 1 段階：小さく安全に試す"),
        2: QCoreApplication.translate("StageWords", "第 2 段階：足りないときだけ強める"),
        3: QCoreApplication.translate("StageWords", "第 3 段階：現場に引き渡す"),
    }[stage]


def figure_names() -> dict[Figure, str]:
    """The figures that can be wished for, in the words of the check page."""
    return {
        "base": QCoreApplication.translate("StageWords", "習った種類の正解率"),
        "new": QCoreApplication.translate("StageWords", "取り置いた種類の正解率"),
        "h": QCoreApplication.translate("StageWords", "両方のつりあい"),
        "union_base": QCoreApplication.translate(
            "StageWords", "習った種類の正解率（全部の種類から選ぶとき）"
        ),
        "union_new": QCoreApplication.translate(
            "StageWords", "取り置いた種類の正解率（全部の種類から選ぶとき）"
        ),
        "union_h": QCoreApplication.translate("StageWords", "両方のつりあい（全部の種類から選ぶとき）"),
    }


def verdict_name(verdict: str) -> str:
    """What was decided, in a word or two."""
    return {
        "go": QCoreApplication.translate("StageWords", "進む"),
        "not-yet": QCoreApplication.translate("StageWords", "まだ進まない"),
        "no-go": QCoreApplication.translate("StageWords", "ここで止める"),
        "take-back": QCoreApplication.translate("StageWords", "取り消し"),
    }[verdict]


def percent(share: float) -> str:
    """A share as a number of percent."""
    return f"{100 * share:.1f}".removesuffix(".0")


def local_time(stored: str) -> str:
    """A stored time as the clock on this PC shows it, to the minute."""
    return datetime.fromisoformat(stored).astimezone().strftime("%Y-%m-%d %H:%M")


def run_name(run: str) -> str:
    """When a run was started, as the list of runs shows it; its folder's name says it to the second."""
    try:
        return datetime.strptime(run[:15], "%Y%m%d-%H%M%S").strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return run
