"""Photos that wait for a person on site: each description does, and each answer that is unsure."""

from pathlib import Path

from app.site_texts import Sheet

_MOST = 500


class WaitingSheets:
    """The oldest first. Beyond the last few hundred only the records know of them."""

    def __init__(self) -> None:
        self._sheets: dict[Path, Sheet] = {}

    def take(self, sheet: Sheet) -> None:
        """Keep a photo's newest sheet at the end, or forget the photo where nobody is wanted."""
        self._sheets.pop(sheet.photo, None)
        if sheet.waits:
            self._sheets[sheet.photo] = sheet
        while len(self._sheets) > _MOST:
            del self._sheets[next(iter(self._sheets))]

    def settle(self, sheet: Sheet) -> None:
        """A person decided on a text of it: it stays in its place while another waits."""
        if sheet.waits:
            self._sheets[sheet.photo] = sheet
        else:
            self._sheets.pop(sheet.photo, None)

    def of(self, photo: Path) -> Sheet | None:
        """The sheet of a photo that waits."""
        return self._sheets.get(photo)

    def first(self) -> Sheet | None:
        """The one that waits longest."""
        return next(iter(self._sheets.values()), None)

    def beside(self, photo: Path) -> int:
        """How many other photos wait."""
        return len(self._sheets) - (photo in self._sheets)
