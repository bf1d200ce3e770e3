"""What a way to train costs on this PC, in one line: time and memory, or how far the measuring is."""

from enum import StrEnum

from PySide6.QtWidgets import QLabel, QWidget


class Cost(StrEnum):
    """How far the measuring on this PC is."""

    UNKNOWN = "unknown"
    MEASURING = "measuring"
    MEASURED = "measured"


class CostLine(QLabel):
    """Says nothing of measuring where there is nothing to learn."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWordWrap(True)
        self._trainable = True
        self._cost = Cost.UNKNOWN
        self._seconds: float | None = None
        self._memory: int | None = None

    def expect_training(self, trainable: bool) -> None:
        """Whether anything is learned at all."""
        self._trainable = trainable
        self.retranslate()

    def show_cost(self, cost: Cost, seconds: float | None = None, memory: int | None = None) -> None:
        """Expected time (s) and memory (bytes) on this PC."""
        self._cost, self._seconds, self._memory = cost, seconds, memory
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.setText(self._words())

    def _words(self) -> str:
        if not self._trainable:
            return self.tr("学習しないので、すぐに結果が出ます。")
        if self._cost is Cost.MEASURING:
            return self.tr("この PC でかかる時間を測っています…")
        if self._cost is Cost.UNKNOWN or self._seconds is None:
            return self.tr("かかる時間は、まだ測っていません。")
        time = self._time_words(self._seconds)
        if self._memory is None:
            return self.tr("この PC で約 {time}").format(time=time)
        memory = f"{self._memory / 2**30:.1f}"
        return self.tr("この PC で約 {time}\nメモリー約 {memory} GB").format(time=time, memory=memory)

    def _time_words(self, seconds: float) -> str:
        if seconds < 90:
            return self.tr("{seconds} 秒").format(seconds=max(1, round(seconds)))
        if seconds < 5400:
            return self.tr("{minutes} 分").format(minutes=round(seconds / 60))
        return self.tr("{hours:.1f} 時間").format(hours=seconds / 3600)
