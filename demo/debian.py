"""Fetches a Debian package and unpacks some of its files, without root."""

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from demo.errors import DemoError

# Seconds: apt retries by itself, so this only ends a network that hangs
_TIMEOUT = 900


def unpack_package(
    package: str, folder: Path, wanted: Callable[[PurePosixPath], bool]
) -> None:
    """Fetches ``package`` with apt and writes its wanted files under ``folder``.

    The folder appears only once it's complete, so a run that was stopped leaves
    nothing that a later one would take for the whole; of several at once, the first
    one's stays.

    Args:
        package: a package's name
        folder: the folder to make; its parent must exist
        wanted: whether to keep a file, by its path in the package

    Raises:
        DemoError: there is no apt here, or it can't fetch the package
    """
    for program in ("apt-get", "dpkg-deb"):
        if not shutil.which(program):
            raise DemoError(
                f"{package} comes as a Debian package and there is no {program} "
                "here: choose other images with --dataset photos."
            )
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent) as temp:
            archive = _download(package, Path(temp))
            files = Path(temp) / "files"
            _extract(archive, files, wanted)
            _put(files, folder)
    except (OSError, tarfile.TarError) as error:
        raise DemoError(
            f"{package} could not be unpacked into {folder} ({error}): make room "
            "there and start the demo again, or use --dataset photos."
        ) from error


def _put(files: Path, folder: Path) -> None:
    """Makes ``files`` the folder, unless another process has made it meanwhile."""
    try:
        files.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _download(package: str, folder: Path) -> Path:
    """The package's file, from apt's own lists or from private, fresh ones."""
    as_is = _apt("download", package, folder=folder)
    if as_is.returncode:
        private = _private_lists(folder)
        _apt(*private, "update", folder=folder)
        fetched = _apt(*private, "download", package, folder=folder)
        if fetched.returncode:
            raise DemoError(
                f"apt can't fetch {package} ({_last_line(fetched.stderr)}): look at "
                "the network and apt's sources, or use --dataset photos."
            )
    archives = sorted(folder.glob(f"{package}_*.deb"))
    if not archives:
        raise DemoError(f"apt fetched no {package}: use --dataset photos.")
    return archives[-1]


def _private_lists(folder: Path) -> list[str]:
    """Options that keep apt's lists in ``folder``, where no root is needed."""
    for part in ("lists/partial", "cache/archives/partial"):
        (folder / "apt" / part).mkdir(parents=True, exist_ok=True)
    return [
        f"-oDir::State={folder}/apt",
        "-oDir::State::status=/var/lib/dpkg/status",
        f"-oDir::Cache={folder}/apt/cache",
    ]


def _apt(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    # As root, apt would fetch as a user who may not enter the folder
    command = ["apt-get", "-qq", "-oAPT::Sandbox::User=root", *arguments]
    try:
        return subprocess.run(  # nosec B603 # of fixed words, by no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", "it took too long")


def _extract(
    archive: Path, folder: Path, wanted: Callable[[PurePosixPath], bool]
) -> None:
    folder.mkdir()
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with (
        # of a path of our own, by no shell
        subprocess.Popen(command, stdout=subprocess.PIPE) as unpacker,  # nosec B603
        tarfile.open(fileobj=unpacker.stdout, mode="r|") as files,
    ):
        for member in files:
            path = PurePosixPath(member.name)
            # Not extract(): its filter, which makes it safe, is newer than some 3.11
            content = files.extractfile(member) if wanted(path) else None
            if content is not None and ".." not in path.parts:
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as copy:
                    shutil.copyfileobj(content, copy)
    if unpacker.returncode:
        raise OSError(f"dpkg-deb ended with {unpacker.returncode}")


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("E: ") if lines else "it gave no reason"
