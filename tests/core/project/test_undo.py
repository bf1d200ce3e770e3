"""Whatever is done, undone, redone and reopened, the project says what a plain list of states says."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.photos.scan import ScannedPhoto, ScanResult
from core.project.store import Project

PHOTOS = 6
picks = st.integers(0, 20)
some_photos = st.sets(st.integers(1, PHOTOS), max_size=PHOTOS)
State = tuple[tuple[tuple[str, str, str | None], ...], dict[int, str], frozenset[int]]


class UndoMachine(RuleBasedStateMachine):
    """The model is a list of states and a cursor; the project is the real file."""

    @initialize()
    def create(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        self.project = Project.create(root / "project", "x", user="a")
        found = [ScannedPhoto(root / f"{n}.jpg", 1, 1, str(n)) for n in range(PHOTOS)]
        self.project.add_photos(ScanResult(root, tuple(found), ()))
        self.states: list[State] = [self.seen()]
        self.at = 0

    def teardown(self) -> None:
        if hasattr(self, "project"):
            self.project.close()
            self.folder.cleanup()

    def seen(self) -> State:
        classes = {entry.id: entry for entry in self.project.classes()}
        listed = tuple((c.name, c.key, c.chosen_role) for c in classes.values())
        photos = self.project.photos("all")
        labels = {p.id: classes[p.class_id].name for p in photos if p.class_id is not None}
        return listed, labels, frozenset(p.id for p in photos if p.excluded)

    def did(self, expected: State) -> None:
        """A step was taken: what could be redone is gone; a step that changes nothing is none."""
        assert self.seen() == expected
        if expected != self.states[self.at]:
            self.states = [*self.states[: self.at + 1], expected]
            self.at += 1

    def class_ids(self) -> list[int]:
        return [entry.id for entry in self.project.classes()]

    @rule(name=st.text(alphabet="abc良品", min_size=1, max_size=3))
    def add_class(self, name: str) -> None:
        listed, labels, out = self.seen()
        if name in {entry[0] for entry in listed}:
            return
        taken = {entry[1] for entry in listed}
        key = next((k for k in "123456789" if k not in taken), "")
        self.project.add_class(name)
        self.did(((*listed, (name, key, None)), labels, out))

    @precondition(lambda self: self.class_ids())
    @rule(pick=picks, photos=some_photos)
    def label(self, pick: int, photos: set[int]) -> None:
        listed, labels, out = self.seen()
        place = pick % len(listed)
        self.project.label(photos, self.class_ids()[place])
        self.did((listed, labels | dict.fromkeys(photos, listed[place][0]), out))

    @rule(photos=some_photos)
    def unlabel(self, photos: set[int]) -> None:
        listed, labels, out = self.seen()
        self.project.label(photos, None)
        self.did((listed, {p: name for p, name in labels.items() if p not in photos}, out))

    @rule(photos=some_photos, excluded=st.booleans())
    def exclude(self, photos: set[int], excluded: bool) -> None:
        listed, labels, out = self.seen()
        self.project.exclude(photos, excluded)
        self.did((listed, labels, out | photos if excluded else out - photos))

    @precondition(lambda self: self.class_ids())
    @rule(pick=picks)
    def remove_class(self, pick: int) -> None:
        listed, labels, out = self.seen()
        place = pick % len(listed)
        self.project.remove_class(self.class_ids()[place])
        left = {photo: name for photo, name in labels.items() if name != listed[place][0]}
        self.did((listed[:place] + listed[place + 1 :], left, out))

    @precondition(lambda self: self.class_ids())
    @rule(pick=picks, to=st.integers(0, 4))
    def move_class(self, pick: int, to: int) -> None:
        listed, labels, out = self.seen()
        place = pick % len(listed)
        self.project.move_class(self.class_ids()[place], to)
        moved = list(listed)
        moved.insert(min(to, len(listed) - 1), moved.pop(place))
        self.did((tuple(moved), labels, out))

    @precondition(lambda self: self.class_ids())
    @rule(pick=picks, role=st.sampled_from(["base", "new", None]))
    def set_role(self, pick: int, role: str | None) -> None:
        listed, labels, out = self.seen()
        place = pick % len(listed)
        self.project.set_role(self.class_ids()[place], role)  # type: ignore[arg-type]
        name, key, _ = listed[place]
        self.did(((*listed[:place], (name, key, role), *listed[place + 1 :]), labels, out))

    @rule()
    def undo(self) -> None:
        step = self.project.undo()
        assert (step is None) == (self.at == 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        step = self.project.redo()
        assert (step is None) == (self.at == len(self.states) - 1)
        self.at = min(len(self.states) - 1, self.at + 1)

    @rule()
    def reopen(self) -> None:
        folder = self.project.folder
        self.project.close()
        self.project = Project.open(folder, user="a")

    @invariant()
    def says_what_the_model_says(self) -> None:
        if hasattr(self, "states"):
            assert self.seen() == self.states[self.at]
            assert (self.project.next_undo() is None) == (self.at == 0)
            assert (self.project.next_redo() is None) == (self.at == len(self.states) - 1)


TestUndo = UndoMachine.TestCase
TestUndo.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
