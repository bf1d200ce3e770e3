"""A project: one SQLite file, a folder of runs, a cache. Every action is durable before it returns.

Methods may be called from any thread. They raise Problem where the operator can do something about it
(`project.locked`, `project.not_writable`, `project.disk_full`, `project.corrupt`).
"""

import getpass
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from core.features.file import open_features
from core.files import sha256_file
from core.photos.alike import Cancelled
from core.photos.embeddings import embeddings_stamp, read_embeddings
from core.photos.scan import ScanResult
from core.photos.scan_cache import user_scan_cache
from core.photos.thumbnails import ThumbnailStore
from core.problems import Language, Problem
from core.project import classes as class_list
from core.project import marks
from core.project.audit import AuditTrail
from core.project.audit_table import trail_table
from core.project.class_file import FolderClass, named_after, read_class_file
from core.project.classes import ProductClass
from core.project.counts import ClassCount, Counts, class_count
from core.project.database import Database, now
from core.project.decisions import DecisionLog
from core.project.effort import working_seconds
from core.project.features_only import FEATURES_FILE, FeaturesOnly, forget, photos_by_class, sweep
from core.project.glossary import glossary
from core.project.grouping import Grouping, grouping_of
from core.project.history import History, Recording, Step, StepKind
from core.project.leaks import leak_of
from core.project.lots import SamePart, as_same_part
from core.project.opinions import Opinions, put_labels
from core.project.revision import DataRevision, Role
from core.project.snapshot import assign_parts, groups_of, take_snapshot
from core.project.sources import Photo, PhotoLibrary, PhotoSource, PhotoState
from core.project.texts import TextBook
from core.tasks.texts import TASKS, Task

PROJECT_FILE = "project.hikidashi"
RUNS_FOLDER = "runs"
CACHE_FOLDER = "cache"
UNPACKED_FOLDER = "unpacked"
CAMERA_FOLDER = "camera"
_LOG = logging.getLogger(__name__)


class Project:
    """An open project. Use `create` or `open`, and `close` when done (or `with`)."""

    def __init__(self, folder: Path, database: Database, user: str) -> None:
        self.folder = folder
        self.user = user
        self._database = database
        self.trail = AuditTrail(database)
        self.trail.begin(user)
        self._history = History(database, self.trail)
        self._library = PhotoLibrary(database, folder)
        self.opinions = Opinions(database)
        self.decisions = DecisionLog(database, self.trail)
        self.texts = TextBook(database, self._step, lambda: self.user)
        self.thumbnails = ThumbnailStore(folder / CACHE_FOLDER / "thumbnails")

    @classmethod
    def create(cls, folder: Path, name: str, *, user: str = "", seed: int = 1) -> Self:
        """Make a project in a folder (made if need be). `seed` draws its split.

        Raises:
            Problem: `project.exists`, `project.not_writable`.
        """
        folder = Path(os.path.abspath(folder))
        if (folder / PROJECT_FILE).exists():
            raise Problem("project.exists", path=folder)
        try:
            (folder / RUNS_FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem("project.not_writable", path=folder) from error
        database = Database(folder / PROJECT_FILE, new=True)
        facts = {"name": name.strip() or folder.name, "seed": str(seed), "created": now()}
        database.write_many("INSERT INTO facts VALUES (?, ?)", facts.items())
        return cls(folder, database, user or _login_name())

    @classmethod
    def open(cls, folder: Path, *, user: str = "") -> Self:
        """Open the project in a folder, or of a project file.

        Raises:
            Problem: `project.not_a_project`, `project.newer`, `project.corrupt`, `project.locked`,
                `project.not_writable`.
        """
        folder = Path(os.path.abspath(folder))
        folder = folder.parent if folder.name == PROJECT_FILE else folder
        path = folder / PROJECT_FILE
        if not path.is_file():
            raise Problem("project.not_a_project", path=folder)
        if not os.access(path, os.W_OK) or not os.access(folder, os.W_OK):
            raise Problem("project.not_writable", path=folder)
        project = cls(folder, Database(path), user or _login_name())
        project.finish_forgetting()
        return project

    def close(self) -> None:
        """Close the file; the project cannot be used any more."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What it is

    @property
    def name(self) -> str:
        """The name the operator gave it."""
        return self._fact("name")

    def rename(self, name: str) -> None:
        """Give it another name; the folder keeps its own."""
        self._database.write("UPDATE facts SET value = ? WHERE key = 'name'", (name.strip() or self.name,))

    @property
    def seed(self) -> int:
        """The seed of its split."""
        return int(self._fact("seed"))

    def setting(self, key: str, default: Any = None) -> Any:
        """What was remembered under a key: any JSON value."""
        rows = self._database.read("SELECT value FROM settings WHERE key = ?", (key,))
        return json.loads(rows[0][0]) if rows else default

    def remember(self, key: str, value: Any) -> None:
        """Remember a JSON value: the chosen preset, the last page."""
        self._database.write("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, json.dumps(value)))

    @property
    def task(self) -> Task:
        """What the model is to learn from the photos; at first, to tell kinds apart."""
        task: Task = self.setting("task", "classification")
        return task if task in TASKS else "classification"

    def choose_task(self, task: Task) -> None:
        """Say what the model is to learn. Labels and texts of the other tasks stay."""
        self.remember("task", task)

    # Photos

    def add_photos(self, found: ScanResult, cancelled: Cancelled = lambda: False) -> int:
        """Take in what a scan found, readable or not; gives how many photos are new.

        Photos that are practically the same are grouped, the new ones with those known already.

        Raises:
            Problem: `project.keeps_no_photos`.
        """
        self._check_keeps_photos()
        added = self._library.add(found)
        self._group(cancelled)
        return added

    @property
    def same_part(self) -> SamePart:
        """How photos of the same part or lot are told."""
        return as_same_part(self.setting("same_part"))

    def set_same_part(self, way: SamePart) -> None:
        """Say how photos of the same part or lot are told: those stay on one side of the split."""
        with self.trail.telling("same part", self.user):
            self.remember("same_part", way)

    def grouping(self) -> Grouping:
        """What belongs together among the photos, and whether a split could keep it so."""
        self._group_by_new_embeddings()
        try:
            revision = take_snapshot(
                self._library, self.classes(), self.seed, self.folder, self.same_part, remember=False
            )
        except Problem:  # nothing is labelled yet
            told = None
        else:
            leak = leak_of(revision)
            told = None if leak is None else leak.told(revision)
        answered = self.setting("same_part") is not None
        return grouping_of(self.photos(), self.same_part, answered, told)

    def photos(self, state: PhotoState = "usable", class_id: int | None = None) -> list[Photo]:
        """Photos by folder and path: usable (not excluded), unlabelled, labelled, excluded, all; those that
        somebody is not sure about, with a comment, or labelled differently by two people."""
        return self._library.photos(state, class_id)

    def photo(self, photo_id: int) -> Photo:
        """One photo as it is now. Raises KeyError when there is none of that id."""
        return self._library.one(photo_id)

    def photo_at(self, path: Path) -> Photo | None:
        """The photo that lies at a path, if the project knows it."""
        return self._library.by_path(Path(os.path.abspath(path)))

    def looks(self) -> dict[int, bytes]:
        """What every photo looks like, by id (`core.photos.look`)."""
        return self._library.looks()

    def remarks(self) -> Mapping[str, int]:
        """What is to be said of how photos are read (`core.photos.remarks`), and of how many."""
        return self._library.remarks()

    def portable_paths(self, photos: Sequence[Photo]) -> list[str]:
        """Paths as runs name them: as seen from the project where that can be, with forward slashes."""
        return self._library.portable_paths(photos)

    def unreadable(self) -> list[tuple[Path, Problem]]:
        """Files that could not be read, and why."""
        return self._library.unreadable()

    @property
    def unpacked_folder(self) -> Path:
        """Where photos lie that came in a zip; unlike the cache it is not to be deleted."""
        return self.folder / UNPACKED_FOLDER

    @property
    def camera_folder(self) -> Path:
        """Where photos lie that were taken for this project with a camera; they are nowhere else."""
        return self.folder / CAMERA_FOLDER

    def missing_folders(self) -> list[PhotoSource]:
        """Folders of photos that cannot be found now."""
        return self._library.missing_sources()

    def relocate(self, source: PhotoSource, folder: Path) -> None:
        """Say where a folder of photos lies now."""
        self._library.relocate(source.id, folder)

    def exclude(self, photo_ids: Iterable[int], excluded: bool = True) -> None:
        """Leave photos out of everything, or take them in again; one step."""
        row = {"user": self.user, "time": now()} if excluded else None
        with self._step("exclude" if excluded else "include") as recording:
            recording.put("exclusions", dict.fromkeys(photo_ids, row))

    # Features in place of photos

    @property
    def features_only(self) -> FeaturesOnly | None:
        """That the project keeps features in place of photos; None while it keeps photos."""
        return FeaturesOnly.of(self._database)

    @property
    def features_file(self) -> Path:
        """Where the features are, once they are all that is kept."""
        return self.folder / FEATURES_FILE

    def keep_features_only(self, path: Path, revision_id: str) -> FeaturesOnly:
        """Take a features file of the project's photos as they are now (`revision_id`) into the project, and forget
        the photos: names, paths, labels, small pictures, runs. The photos in their own folders are not touched.

        It cannot be undone, and it is not half done: up to the transaction nothing is forgotten, after it the rest
        follows at the latest when the project is opened again (`swept`).

        Raises:
            Problem: `project.labels_changed_meanwhile`, `project.keeps_no_photos`, `project.not_writable`, or as the
                features file raises.
        """
        self._check_keeps_photos()
        file, own = open_features(path), [entry.id for entry in self.classes()]
        if self.snapshot().id != revision_id:
            raise Problem("project.labels_changed_meanwhile")
        for source in self._library.sources().values():
            user_scan_cache().forget(source.folder)
        try:
            path.replace(self.features_file)
        except OSError as error:
            raise Problem("project.not_writable", path=self.folder) from error
        sha256 = sha256_file(self.features_file)
        state = FeaturesOnly(sha256, photos_by_class(file, own), self.user, now())
        self.thumbnails.close()
        forget(self._database, state)
        self.finish_forgetting()
        return self.features_only or state

    def finish_forgetting(self) -> None:
        """Sweep away what an interrupted or hindered sweep left; `features_only.swept` says whether all is gone."""
        state = self.features_only
        if state is None or state.swept:
            return
        try:
            own = (self.folder / CACHE_FOLDER, self.unpacked_folder, self.camera_folder, self.runs_folder)
            sweep(self._database, own, state)
        except Problem as problem:
            _LOG.warning("not all is forgotten yet: %s", problem.code)

    # Classes

    def classes(self) -> list[ProductClass]:
        """The classes in their order."""
        return class_list.list_classes(self._database)

    def product_class(self, class_id: int) -> ProductClass:
        """One class as it is now. Raises KeyError when it is gone."""
        return class_list.find_class(self.classes(), class_id)

    def add_class(self, name: str, description: str | None = None) -> ProductClass:
        """A new class, last in order, with the first free key. No description: the glossary's words, if any.

        Raises:
            Problem: `project.class_exists`, `project.class_without_name`.
        """
        words = glossary().describe(name) if description is None else description
        with self._step("add_class") as recording:
            class_id = class_list.add_class(self._database, recording, name, words)
        return self.product_class(class_id)

    def edit_class(
        self,
        class_id: int,
        *,
        name: str | None = None,
        description: str | None = None,
        key: str | None = None,
        code: str | None = None,
    ) -> None:
        """Change what is given. A key that another class has is exchanged with it; "" takes it away.

        Raises:
            Problem: `project.class_exists`, `project.class_without_name`, `project.bad_key`, `project.code_exists`.
        """
        given = {"name": name, "description": description, "key": key, "code": code}
        changes = {field: value for field, value in given.items() if value is not None}
        with self._step("edit_class") as recording:
            class_list.edit_class(self._database, recording, class_id, changes)

    def set_role(self, class_id: int, role: Role | None) -> None:
        """Learn a class (base) or hold it back (new); None goes by the rule again."""
        with self._step("edit_class") as recording:
            class_list.edit_class(self._database, recording, class_id, {"role": role})

    def move_class(self, class_id: int, position: int) -> None:
        """Put a class at a place in the order (0 is the first)."""
        with self._step("move_class") as recording:
            class_list.move_class(self._database, recording, class_id, position)

    def remove_class(self, class_id: int) -> None:
        """Take a class and its labels away; one step, so undo brings both back."""
        with self._step("remove_class") as recording:
            class_list.remove_class(self._database, recording, class_id)

    # Labels

    def label(self, photo_ids: Iterable[int], class_id: int | None) -> None:
        """Label photos with a class, or take their labels away (None); one step however many they are.

        Whoever labels a photo is sure about it, and what was settled about it before is void.
        """
        ids = list(photo_ids)
        row = None if class_id is None else {"class_id": class_id, "user": self.user, "time": now()}
        with self._step("unlabel" if row is None else "label") as recording:
            put_labels(recording, dict.fromkeys(ids, row))
            if row is not None:
                marks.set_unsure(self._database, recording, ids, False, self.user)

    def mark_unsure(self, photo_ids: Iterable[int], unsure: bool = True) -> None:
        """Mark photos "not sure": nothing is learned from them until they are labelled; or take the mark away."""
        with self._step("mark") as recording:
            marks.set_unsure(self._database, recording, photo_ids, unsure, self.user)

    def comment(self, photo_ids: Iterable[int], words: str) -> None:
        """Write a comment on photos, in place of the one before; "" takes it away."""
        with self._step("comment") as recording:
            marks.set_comment(self._database, recording, photo_ids, words, self.user)

    def label_second(self, photo_ids: Iterable[int], class_id: int | None) -> None:
        """Label photos as a second person, apart from the labels that count (None takes the second label away)."""
        with self._step("second_label") as recording:
            self.opinions.put(recording, photo_ids, class_id, self.user)

    def settle(self, chosen: Mapping[int, int]) -> None:
        """Decide which class photos have that two people labelled differently."""
        with self._step("settle") as recording:
            self.opinions.settle(recording, chosen, self.user)

    def label_each(self, classes: Mapping[int, int]) -> None:
        """Label each photo with a class of its own, by photo id; one step."""
        who = {"user": self.user, "time": now()}
        with self._step("label") as recording:
            recording.put("labels", {key: {"class_id": class_id, **who} for key, class_id in classes.items()})

    def label_by_folders(self, language: Language = "ja") -> int:
        """Label what is unlabelled by the names of the sub-folders, one step; gives how many photos.

        Classes are made as needed: from a classes.toml at the top of the folder (its names in `language`),
        else by the folders' names.
        """
        photos = [photo for photo in self.photos("unlabelled") if photo.folder_label]
        known = self._folder_classes(language)
        with self._step("label_folders") as recording:
            ids = self._classes_for({photo.folder_label for photo in photos}, known, recording)
            row = {"user": self.user, "time": now()}
            labels = {photo.id: {"class_id": ids[photo.folder_label], **row} for photo in photos}
            put_labels(recording, labels)
        return len(photos)

    def label_by_names(
        self, names: Mapping[int, str], order: Sequence[str], descriptions: Mapping[str, str]
    ) -> int:
        """Label photos with classes called by name, one step; gives how many have another label than before.

        Classes that are not there are made, in this order, with these descriptions or the glossary's words.
        """
        wanted = set(names.values())
        with self._step("import_labels") as recording:
            ids = {entry.name: entry.id for entry in self.classes()}
            for name in order:
                if name in wanted and name not in ids:
                    words = descriptions.get(name) or glossary().describe(name)
                    ids[name] = class_list.add_class(self._database, recording, name, words)
            before = {photo.id: photo.class_id for photo in self.photos("labelled")}
            row = {"user": self.user, "time": now()}
            labels = {photo_id: {"class_id": ids[name], **row} for photo_id, name in names.items()}
            put_labels(recording, labels)
        return sum(before.get(photo_id) != label["class_id"] for photo_id, label in labels.items())

    def counts(self) -> Counts:
        """How many photos are labelled, per class and in all, and how many more are wanted."""
        state = self.features_only
        if state is not None:
            kept = tuple(ClassCount(e.id, state.by_class.get(e.id, 0), 0) for e in self.classes())
            return Counts(state.photos, 0, 0, 0, kept)
        per_class = dict(
            self._database.read(
                """SELECT class_id, count(*) FROM labels WHERE id NOT IN (SELECT id FROM exclusions)
                AND id NOT IN (SELECT id FROM marks WHERE unsure) GROUP BY class_id"""
            )
        )
        ((total, excluded, unreadable, unsure),) = self._database.read(
            """SELECT (SELECT count(*) FROM photos), (SELECT count(*) FROM exclusions),
            (SELECT count(*) FROM unreadable), (SELECT count(*) FROM labels JOIN marks ON marks.id = labels.id
            WHERE unsure AND labels.id NOT IN (SELECT id FROM exclusions))"""
        )
        counted = tuple(class_count(entry, per_class.get(entry.id, 0)) for entry in self.classes())
        labelled = sum(per_class.values())
        return Counts(labelled, total - excluded - labelled - unsure, excluded, unreadable, counted, unsure)

    def labelling_minutes(self, until: datetime | None = None) -> float:
        """How long people worked on labels and classes, breaks left out; up to a time if one is given.

        Steps that were undone and not done again are forgotten, their time with them.
        """
        rows = self._database.read("SELECT time FROM steps")
        times = (datetime.fromisoformat(time) for (time,) in rows)
        return working_seconds(time for time in times if until is None or time <= until) / 60

    def undo(self) -> Step | None:
        """Take the last step back; gives it, or None when there is none."""
        return self._history.undo(self.user)

    def redo(self) -> Step | None:
        """Do the step undone last again; gives it, or None when there is none."""
        return self._history.redo(self.user)

    def next_undo(self) -> Step | None:
        """The step that undo would take back."""
        return self._history.last()

    def next_redo(self) -> Step | None:
        """The step that redo would do again."""
        return self._history.next()

    def record(self) -> str:
        """Who did what and when, as a table in CSV."""
        return trail_table(self._database)

    # Runs

    @property
    def runs_folder(self) -> Path:
        """Where the runs are."""
        return self.folder / RUNS_FOLDER

    def new_run_folder(self) -> Path:
        """A new, empty folder for a run; names sort by time."""
        stem = datetime.now().strftime("%Y%m%d-%H%M%S")
        for number in range(1, 1000):
            folder = self.runs_folder / (stem if number == 1 else f"{stem}-{number:03}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError as error:
                raise Problem("project.not_writable", path=self.folder) from error
            return folder
        raise Problem("project.not_writable", path=self.folder)

    def snapshot(self) -> DataRevision:
        """The labelled photos, the classes and the split as they are now, frozen.

        Photos without a part get one now and keep it; where features are kept in place of photos, their rows are the
        photos. Where fewer than two classes are held back, built-in
        probe classes are added (source "probe").

        Raises:
            Problem: `project.nothing_labelled`, or as the features file raises.
        """
        if self.features_only is not None:
            return open_features(self.features_file).revision
        self._group_by_new_embeddings()
        with self.trail.telling("split", self.user):
            return take_snapshot(self._library, self.classes(), self.seed, self.folder, self.same_part)

    def deal(self, photos: Sequence[Photo], *, remember: bool = True) -> tuple[list[Photo], list[str]]:
        """Photos with their parts of the split and what each stays together with; new parts are remembered, unless it
        is only to see."""
        self._group_by_new_embeddings()
        groups = groups_of(photos, self.same_part)
        dealt, fresh = assign_parts(photos, groups, self.seed)
        if remember:
            with self.trail.telling("split", self.user):
                self._library.set_parts(fresh)
        return dealt, groups

    # Private

    @contextmanager
    def _step(self, kind: StepKind) -> Iterator[Recording]:
        """A step of the history. Classes and labels are fixed once features are kept in place of photos."""
        self._check_keeps_photos()
        with self._history.step(kind, self.user) as recording:
            yield recording

    def _check_keeps_photos(self) -> None:
        if self.features_only is not None:
            raise Problem("project.keeps_no_photos")

    def _group(self, cancelled: Cancelled = lambda: False) -> None:
        """Find anew which photos belong together, by all that is known of them now."""
        stamp = self._embeddings_stamp()
        self._library.group_alike(read_embeddings(self.folder / CACHE_FOLDER), cancelled)
        if not cancelled():
            self.remember("grouped_with", stamp)

    def _group_by_new_embeddings(self) -> None:
        """A run or a trial may have had its backbone look at more photos since."""
        if self._embeddings_stamp() not in (0, self.setting("grouped_with")):
            self._group()

    def _embeddings_stamp(self) -> int:
        return embeddings_stamp(self.folder / CACHE_FOLDER)

    def _fact(self, key: str) -> str:
        return str(self._database.read("SELECT value FROM facts WHERE key = ?", (key,))[0][0])

    def _folder_classes(self, language: Language) -> dict[str, FolderClass]:
        """What the class files of the photo folders say, by folder; the first folder has the first word."""
        known: dict[str, FolderClass] = {}
        for source in self._library.sources().values():
            for entry in read_class_file(source.folder, language):
                known.setdefault(entry.folder, entry)
        return known

    def _classes_for(
        self, folders: set[str], known: dict[str, FolderClass], recording: Recording
    ) -> dict[str, int]:
        """A class for every folder name, made where there is none of its name yet."""
        ids = {entry.name: entry.id for entry in self.classes()}
        order = [folder for folder in known if folder in folders] + sorted(folders - set(known))
        found: dict[str, int] = {}
        for folder in order:
            entry = known.get(folder) or named_after(folder)
            if entry.name not in ids:
                ids[entry.name] = class_list.add_class(
                    self._database, recording, entry.name, entry.description
                )
            found[folder] = ids[entry.name]
        return found


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
