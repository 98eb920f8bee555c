"""Packages of images that are unpacked: whole, and by several processes at once."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

import pytest

from demo import debian
from demo.errors import DemoError

CONTROL = """Package: stamps
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: two files
"""
WANTED = PurePosixPath("usr/share/stamp.png")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of a stamp and its manual, which apt is said to have fetched."""
    files = {"DEBIAN/control": CONTROL, str(WANTED): "png", "usr/share/manual": "text"}
    for name, text in files.items():
        path = tmp_path / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    archive = tmp_path / "stamps_1_all.deb"
    command = ["dpkg-deb", "--build", str(tmp_path / "made"), str(archive)]
    subprocess.run(command, check=True, capture_output=True)
    monkeypatch.setattr(debian, "_download", lambda package, folder: archive)
    return archive


def files_of(folder: Path) -> list[str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in found]


def test_what_is_wanted_is_unpacked_and_nothing_else_stays(package, tmp_path):
    folder = tmp_path / "cache" / "stamps"
    folder.parent.mkdir()
    debian.unpack_package("stamps", folder, lambda path: path == WANTED)
    assert files_of(folder) == [str(WANTED)]
    assert list(folder.parent.iterdir()) == [folder]


def test_what_another_process_has_unpacked_meanwhile_stays(package, tmp_path):
    folder = tmp_path / "cache" / "stamps"
    folder.parent.mkdir()

    def wanted(path: PurePosixPath) -> bool:
        folder.mkdir(exist_ok=True)
        (folder / "theirs").touch()
        return path == WANTED

    debian.unpack_package("stamps", folder, wanted)
    assert files_of(folder) == ["theirs"]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_broken_package_leaves_nothing_and_says_what_to_do(package, tmp_path):
    package.write_bytes(package.read_bytes()[:200])
    folder = tmp_path / "cache" / "stamps"
    folder.parent.mkdir()
    with pytest.raises(DemoError, match="use --dataset photos"):
        debian.unpack_package("stamps", folder, lambda path: True)
    assert list(folder.parent.iterdir()) == []
