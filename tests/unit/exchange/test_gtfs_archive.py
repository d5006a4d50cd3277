"""An archive gives the files of one feed and never more than is allowed, whatever it says of itself."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from citizen_app.errors import InvalidInput
from citizen_app.exchange.gtfs import archive
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from tests.unit.exchange.gtfs_feeds import SMALL, read, zipped


def files_of(source: bytes | Path) -> dict[str, str]:
    with open_archive(source) as opened:
        return {name: opened.open(name).read().decode() for name in sorted(opened.sizes)}


def test_a_zip_a_folder_and_one_folder_within_either_are_the_same_feed(tmp_path: Path) -> None:
    inner = tmp_path / "outer" / "feed"
    inner.mkdir(parents=True)
    for name, text in SMALL.items():
        (inner / name).write_text(text, encoding="utf-8")
    packed = tmp_path / "feed.zip"
    packed.write_bytes(zipped(SMALL, "feed/"))
    for source in (zipped(SMALL), zipped(SMALL, "feed/"), packed, inner, tmp_path / "outer"):
        assert files_of(source) == SMALL


def test_what_a_mac_adds_and_what_is_no_text_is_passed_over() -> None:
    extra = {"feed/" + name: text for name, text in SMALL.items()}
    extra |= {"__MACOSX/feed/._stops.txt": "x", "feed/._stops.txt": "x", "feed/readme.pdf": "x"}
    assert files_of(zipped(extra)) == SMALL


def refused(source: bytes | Path) -> str:
    with pytest.raises(InvalidInput) as caught:
        files_of(source)
    return str(caught.value)


@pytest.mark.parametrize("name", ["../stops.txt", "/etc/stops.txt", "a/../../stops.txt", "..\\stops.txt", "C:stops.txt"])
def test_names_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    assert "leads out" in refused(zipped({**SMALL, name: "x"}))


def test_links_are_refused(tmp_path: Path) -> None:
    made = io.BytesIO(zipped(SMALL))
    with zipfile.ZipFile(made, "a") as opened:
        link = zipfile.ZipInfo("shapes.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    assert "shapes.txt" in refused(made.getvalue()) and "is a link" in refused(made.getvalue())
    (tmp_path / "stops.txt").write_text(SMALL["stops.txt"])
    (tmp_path / "shapes.txt").symlink_to("/etc/passwd")
    assert "is a link" in refused(tmp_path)


def test_a_file_that_is_there_twice_is_refused() -> None:
    made = io.BytesIO(zipped(SMALL))
    with zipfile.ZipFile(made, "a") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        opened.writestr("stops.txt", "other")
        opened.writestr("TRIPS.txt", "other")
    assert refused(made.getvalue()).count("is there twice") == 2


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(zipped(SMALL))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "is encrypted" in refused(bytes(data))


def test_several_feeds_in_one_archive_are_refused() -> None:
    both = {f"{folder}/{name}": text for folder in ("one", "two") for name, text in SMALL.items()}
    assert "several feeds: one, two" in refused(zipped(both))


@pytest.mark.parametrize("source", [b"", b"PK", b"<html>not found</html>", zipped({"readme.txt.pdf": "x"}), zipped({})])
def test_what_is_no_feed_is_refused(source: bytes) -> None:
    assert refused(source)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "not a zip" in refused(tmp_path / "nothing.zip")


def test_a_bomb_is_refused_by_what_it_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "more than 200 times" in refused(zipped({**SMALL, "shapes.txt": bytes(20_000_000)}))
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 1000)
    assert "shapes.txt" in refused(zipped({**SMALL, "shapes.txt": bytes(1001)}))
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 500)
    assert "unpacks to more" in refused(zipped(SMALL))
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    assert "more than 3 files" in refused(zipped(SMALL))


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes are counted again, over all files: a member says nothing that is believed."""
    monkeypatch.setattr(archive, "MAX_TOTAL_BYTES", 5000)
    with open_archive(zipped({**SMALL, "shapes.txt": bytes(3000)})) as opened:
        opened.open("shapes.txt").read()
        with pytest.raises(InvalidInput, match="more than is allowed"):
            opened.open("shapes.txt").read()


def test_a_damaged_file_is_refused_while_it_is_read() -> None:
    content = "stop_id\n" + "".join(f"{number * 7919}\n" for number in range(30_000))
    data = bytearray(zipped({**SMALL, "stops.txt": content}))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        member = opened.getinfo("stops.txt")
    at = member.header_offset + 30 + sum(struct.unpack("<HH", data[member.header_offset + 26:member.header_offset + 30]))
    data[at + member.compress_size // 2] ^= 0xFF
    with open_archive(bytes(data)) as opened_archive, pytest.raises(InvalidInput, match="cannot be unpacked"):
        read_network(opened_archive)


def test_another_way_of_packing_is_refused() -> None:
    data = bytearray(zipped(SMALL))
    at = data.find(b"PK\x01\x02")
    data[at + 10:at + 12] = struct.pack("<H", 97)
    with open_archive(bytes(data)) as opened, pytest.raises(InvalidInput, match="cannot be unpacked"):
        read_network(opened)


def test_the_small_feed_itself_has_no_fault() -> None:
    assert (read({}).problems, read({}).warnings) == ((), ())
