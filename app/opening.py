"""What a double-click on a file opens: a project, a package, or a file of models."""

from pathlib import Path

from app.pages.home import HomePage
from app.pages.onsite import OnsitePage
from app.window import MainWindow
from core.documents import MODELS_SUFFIX, PACKAGE_SUFFIX, PROJECT_SUFFIX
from core.problems import Problem
from core.project.store import PROJECT_FILE


def open_path(window: MainWindow, path: Path) -> None:
    """Open a file, or the folder of a project, in the window; what cannot be opened is said above the page."""
    path = path.absolute()
    suffix = path.suffix.lower()
    if not path.exists():
        window.tell(Problem("app.not_there", path=path))
    elif suffix == PROJECT_SUFFIX or (path / PROJECT_FILE).is_file():
        home = window.pages["home"]
        assert isinstance(home, HomePage)
        home.open_folder(path if path.is_dir() else path.parent)
    elif suffix == PACKAGE_SUFFIX:
        onsite = window.pages["onsite"]
        assert isinstance(onsite, OnsitePage)
        onsite.open_package(path)
        window.show_page("onsite")
    elif suffix == MODELS_SUFFIX:
        window.show_models().take([path])
    else:
        window.tell(Problem("app.cannot_open", path=path.name))
