"""The files of a GTFS feed, out of a zip or a folder that may have been made to harm. Pure.

A zip is refused as a whole when its list of members already lies or plays tricks; what its members say of their size is
not believed either, so that bytes are counted again while they are unpacked.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeVar

from citizen_app.errors import InputProblem, InvalidInput, problem

Member = TypeVar("Member")

MAX_TOTAL_BYTES = 1024 * 1024 * 1024    # 1.4 million calls are about 80 MB
MAX_FILE_BYTES = 600 * 1024 * 1024
MAX_RATIO = 200                         # unpacked to packed; timetables pack to about a tenth
RATIO_FROM_BYTES = 8 * 1024 * 1024      # small files may repeat themselves as they like
MAX_MEMBERS = 1000
_ENCRYPTED = 0x1
_IGNORED = ("__MACOSX",)
_WINDOW = 64 * 1024


class Archive:
    """The .txt files of one feed by name. `open` gives a stream that raises InvalidInput when more comes out than allowed."""

    def __init__(self, sizes: Mapping[str, int], opener: Callable[[str], BinaryIO], close: Callable[[], None]) -> None:
        self.sizes = dict(sizes)
        self.bytes_read = 0
        self._opener, self._close = opener, close

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def __contains__(self, name: str) -> bool:
        return name in self.sizes

    def open(self, name: str) -> BinaryIO:
        """A file as a stream of bytes. Raises KeyError when it is not there."""
        if name not in self.sizes:
            raise KeyError(name)
        return io.BufferedReader(_Counted(self, name, self._opener(name)), _WINDOW)


class _Counted(io.RawIOBase):
    """Counts what comes out, of this file and of all together."""

    def __init__(self, archive: Archive, name: str, raw: BinaryIO) -> None:
        self._archive, self._name, self._raw, self._count = archive, name, raw, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:    # type: ignore[override]
        try:
            data = self._raw.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise InvalidInput([problem(self._name, "", "", f"cannot be unpacked: {error}")]) from error
        self._count += len(data)
        self._archive.bytes_read += len(data)
        if self._count > MAX_FILE_BYTES or self._archive.bytes_read > MAX_TOTAL_BYTES:
            raise InvalidInput([problem(self._name, "", "", "unpacks to more than is allowed")])
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._raw.close()
        super().close()


def open_archive(source: bytes | Path) -> Archive:
    """A feed's files from the bytes or the path of a zip, or from a folder; one folder around them is tolerated.

    Raises InvalidInput for what is no zip, is encrypted, names a file twice, leaves its folder (.., absolute paths,
    backslashes, links) or is larger than allowed.
    """
    if isinstance(source, Path) and source.is_dir():
        return _open_folder(source)
    try:
        opened = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InvalidInput(f"not a zip archive: {error}") from error
    members = [member for member in opened.infolist() if not member.is_dir()]
    problems = _list_tricks(members)
    if problems:
        opened.close()
        raise InvalidInput(problems)
    found = _feed_files({member.filename: member for member in members})
    return Archive(
        {name: member.file_size for name, member in found.items()}, lambda name: _open_member(opened, found[name]), opened.close
    )


def _open_member(opened: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    try:
        return opened.open(member)    # type: ignore[return-value]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidInput([problem(member.filename, "", "", f"cannot be unpacked: {error}")]) from error


def _open_folder(folder: Path) -> Archive:
    paths = [path for path in folder.rglob("*") if path.suffix == ".txt"]
    linked = [path for path in (*paths, *folder.rglob("*")) if path.is_symlink()]
    if linked:
        raise InvalidInput([problem(path.name, "", "", "is a link") for path in sorted(set(linked))])
    found = _feed_files({path.relative_to(folder).as_posix(): path for path in paths if path.is_file()})
    sizes = {name: path.stat().st_size for name, path in found.items()}
    if sum(sizes.values()) > MAX_TOTAL_BYTES:
        raise InvalidInput("the folder holds more than is allowed")
    return Archive(sizes, lambda name: found[name].open("rb"), lambda: None)


def _list_tricks(members: list[zipfile.ZipInfo]) -> list[InputProblem]:
    """Everything that the list of members itself gives away."""
    if len(members) > MAX_MEMBERS:
        return [problem("zip", "", len(members), f"holds more than {MAX_MEMBERS} files")]
    problems, seen = [], set()
    for member in members:
        message = _trick_of(member)
        if member.filename.lower() in seen:
            message = "is there twice"
        seen.add(member.filename.lower())
        if message:
            problems.append(problem("zip", "", member.orig_filename, message))
    if sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
        problems.append(problem("zip", "", "", "unpacks to more than is allowed"))
    return problems


def _trick_of(member: zipfile.ZipInfo) -> str:
    name = member.orig_filename
    if "\\" in name or "\0" in name or name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        return "leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.file_size > MAX_FILE_BYTES:
        return "unpacks to more than is allowed"
    if member.file_size > RATIO_FROM_BYTES and member.file_size > MAX_RATIO * max(1, member.compress_size):
        return f"unpacks to more than {MAX_RATIO} times its size"
    return ""


def _feed_files(members: Mapping[str, Member]) -> dict[str, Member]:
    """The .txt files at the top, or else those of the only folder that has any, by their bare names."""
    by_folder: dict[str, dict[str, Member]] = {}
    for name, member in members.items():
        path = PurePosixPath(name)
        if path.suffix == ".txt" and not path.name.startswith(".") and path.parts[0] not in _IGNORED:
            by_folder.setdefault(str(path.parent), {})[path.name] = member
    feeds = [folder for folder, files in by_folder.items() if "stops.txt" in files or "stop_times.txt" in files]
    if "." in feeds or (not feeds and "." in by_folder):
        return by_folder["."]
    if len(feeds) > 1:
        raise InvalidInput(f"holds several feeds: {', '.join(sorted(feeds))}")
    if not feeds:
        raise InvalidInput("holds no GTFS feed: there is no stops.txt")
    return by_folder[feeds[0]]
