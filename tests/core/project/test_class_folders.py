"""Every class has a folder of its own, whatever it is called and whatever the file system."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.class_file import class_folders


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "../../etc",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "nul.txt",
        "a\0b",
        "",
        " ",
        "a.",
        ".git",
        "x" * 300,
        "_unsure",
    ],
)
def test_no_class_name_leads_out(name: str) -> None:
    folder = class_folders([name], reserved=("_unsure",))[name]
    assert not set(folder) & set('<>:"/\\|?*\0')
    assert folder not in ("", ".", "..", "_unsure")
    assert folder.split("~")[0].split(".")[0].lower() not in ("con", "nul")
    assert not folder.startswith(".") and not folder.endswith((".", " "))
    assert len(folder.encode()) < 255


@given(st.lists(st.text(max_size=20), unique=True, max_size=6))
def test_every_class_has_one_folder_below_its_own_name(names: list[str]) -> None:
    folders = class_folders(names)
    assert len({folder.casefold() for folder in folders.values()}) == len(names)
    assert all(Path("x", folder).parent == Path("x") for folder in folders.values())
