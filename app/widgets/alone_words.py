"""What an exported package can do by itself, and what that costs, in words."""

from typing import Any

from PySide6.QtWidgets import QLabel, QWidget


class AloneWords(QLabel):
    """Says nothing of a package that needs the program and is not signed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_alone_words")
        self.setWordWrap(True)

    def show_alone(self, alone: dict[str, Any] | None, signer: str) -> None:
        """`alone` as the manifest tells it, `signer` the public key."""
        told = []
        if alone is not None:
            told.append(self._alone(alone))
            if alone.get("quantised"):
                told.append(self._quick(alone["quantised"]))
            if alone.get("words"):
                told.append(self.tr("新しい品種は、英語の説明を入れるだけで現場で追加できます。"))
        if signer:
            told.append(self.tr("署名しました（鍵 {signer}…）。").format(signer=signer[:16]))
        self.setText("\n".join(told))
        self.setVisible(bool(told))

    def _alone(self, alone: dict[str, Any]) -> str:
        difference = f"{alone['max_difference']:.6f}".rstrip("0").rstrip(".")
        return self.tr(
            "プログラムなしで動きます。写真 {photos} 枚と確認用の絵で比べた確率の差は、最大 {difference} でした。"
        ).format(photos=alone["photos"], difference=difference)

    def _quick(self, quick: dict[str, Any]) -> str:
        words = (
            self.tr(
                "小さいモデルは、写真 {photos} 枚のうち {other} 枚で答えが変わります（正解 {before} 枚 → {after} 枚）。"
            )
            if quick["other_class"]
            else self.tr("小さいモデルも、写真 {photos} 枚すべてで同じ答えでした（正解 {after} 枚）。")
        )
        return words.format(
            photos=quick["photos"],
            other=quick["other_class"],
            before=quick["right_before"],
            after=quick["right_after"],
        )
