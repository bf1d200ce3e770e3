"""The lock of the on-site page: only the supervisor's PIN leads out of it, also after the program was started again."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from app.session import Session
from app.widgets.pin_dialog import AskPinDialog, NewPinDialog
from core.onsite.lock import PinHash, Tries


class OnSiteLock(QObject):
    """Keeps its state in the settings; dialogs belong to `page`."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self._tries = Tries()

    @property
    def locked(self) -> bool:
        """Whether only the PIN leads out."""
        return self._session.settings.onsite.is_locked

    def close(self) -> bool:
        """Lock; without a PIN one is chosen first. False when none was chosen."""
        if self._session.settings.onsite.pin is None:
            NewPinDialog(self._keep, self._page).exec()
        if self._session.settings.onsite.pin is None:
            return False
        self.choose(locked=True)
        return True

    def open(self) -> bool:
        """Whether the page is open, or was opened now by the PIN."""
        if not self.locked:
            return True
        if not self._asked():
            return False
        self.choose(locked=False)
        return True

    def change_pin(self) -> None:
        """Choose another PIN, once the old one was given."""
        if self._session.settings.onsite.pin is None or self._asked():
            NewPinDialog(self._keep, self._page).exec()

    def choose(self, **changes: object) -> None:
        """Change what is remembered of the place of work."""
        chosen = self._session.settings.onsite.model_copy(update=changes)
        self._session.change_settings(onsite=chosen.model_dump())

    def _asked(self) -> bool:
        pin = self._session.settings.onsite.pin
        return pin is None or (
            AskPinDialog(pin, self._tries, self._page).exec() == QDialog.DialogCode.Accepted
        )

    def _keep(self, pin: PinHash) -> None:
        self.choose(pin=pin)
