"""Untrusted ZIP files: no file is written outside the folder, and decompression bombs are refused."""

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from app.media.sandbox.archive import only_folder, unpack

SUFFIXES = frozenset({".csv", ".png"})
LIMIT = 1024 * 1024


def packed(tmp_path: Path, entries: dict[str, bytes], *, compress: bool = True) -> Path:
    path = tmp_path / "packed.zip"
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return path


def unpacked(tmp_path: Path, archive: Path, **limits: int) -> tuple[list[str], dict[str, bytes]]:
    """Return the problems and the files; check that no file was written outside the folder."""
    folder = tmp_path / "inside" / "folder"
    folder.mkdir(parents=True)
    limits = {"max_files": 100, "max_bytes": LIMIT} | limits
    problems = unpack(archive, folder, suffixes=SUFFIXES, **limits)
    assert {path.name for path in tmp_path.iterdir()} == {"inside", archive.name}
    assert list((tmp_path / "inside").iterdir()) == [folder]
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return list(problems), files


def test_tables_and_images_are_unpacked_and_other_files_ignored(tmp_path: Path) -> None:
    archive = packed(tmp_path, {"prompt.csv": b"a", "images/A.PNG": b"b", "clips/x.mp4": b"c", "d/": b""})

    assert unpacked(tmp_path, archive) == ([], {"prompt.csv": b"a", "images/A.PNG": b"b"})


def test_files_that_systems_add_are_not_unpacked(tmp_path: Path) -> None:
    files = {"b/prompt.csv": b"a", "b/a.png": b"b"}
    added = ("__MACOSX/b/._prompt.csv", "b/@eaDir/a.png/THUMB.jpg", "@eaDir/a.png", "b/~$prompt.csv")

    archive = packed(tmp_path, files | dict.fromkeys(added, b"x"))

    assert unpacked(tmp_path, archive) == ([], files)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv",
        "a/../../evil.csv",
        "/etc/evil.csv",
        "//evil.csv",
        "a//b.csv",
        "./a.csv",
        "C:evil.csv",
        "C:/evil.csv",
        "..\\evil.csv",
        "a\nb.csv",
        "a\x1b[2J.csv",
        "..",
        "a/" * 600 + "b.csv",
        "a" * 256 + ".csv",
    ],
)
def test_a_name_that_could_leave_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    problems, files = unpacked(tmp_path, packed(tmp_path, {"prompt.csv": b"a", name: b"evil"}))

    assert problems
    assert problems[0].startswith("Entry 2 has a")
    assert files == {}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_special_files_are_refused(tmp_path: Path, kind: int) -> None:
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")

    assert unpacked(tmp_path, path) == (["Entry 1 is a link or a special file."], {})


def test_the_bytes_of_a_bomb_are_counted_while_it_is_unpacked(tmp_path: Path) -> None:
    archive = packed(tmp_path, {"a.csv": bytes(50 * LIMIT)})
    assert archive.stat().st_size < LIMIT / 10

    problems, files = unpacked(tmp_path, archive)

    assert problems == ["The files have more than 1,048,576 bytes when they are unpacked."]
    assert sum(map(len, files.values())) <= LIMIT


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    archive = packed(tmp_path, {"a.csv": bytes(50 * LIMIT)})
    coded = archive.read_bytes().replace(struct.pack("<L", 50 * LIMIT), struct.pack("<L", 10))
    archive.write_bytes(coded)

    problems, files = unpacked(tmp_path, archive)

    assert len(problems) == 1
    assert sum(map(len, files.values())) <= LIMIT


def test_many_entries_equal_names_and_folders_as_files_are_refused(tmp_path: Path) -> None:
    many = packed(tmp_path, {f"{number}.csv": b"" for number in range(101)})
    assert unpacked(tmp_path, many)[0] == ["The ZIP file has 101 entries; at most 100 are accepted."]


@pytest.mark.parametrize("names", [("a.csv", "A.CSV"), ("a.csv", "a.csv/"), ("a.csv", "a.csv/b.csv")])
def test_two_entries_never_share_a_path(tmp_path: Path, names: tuple[str, str]) -> None:
    problems, files = unpacked(tmp_path, packed(tmp_path, dict.fromkeys(names, b"x")))

    assert len(problems) == 1
    assert len(files) <= 1


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_methods_than_deflate_are_refused(tmp_path: Path, method: int) -> None:
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.csv", "x" * 1000)

    assert unpacked(tmp_path, path)[0] == ["Entry 1 is compressed with another method than deflate."]


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path, {"a.csv": b"x"}, compress=False)
    coded = bytearray(archive.read_bytes())
    coded[coded.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(coded)

    assert unpacked(tmp_path, archive)[0] == ["Entry 1 is encrypted."]


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    whole = packed(tmp_path, {"a.csv": b"x" * 1000, "b.csv": b"y" * 1000}).read_bytes()
    for number, cut in enumerate((b"", b"PK", whole[: len(whole) // 2], whole[40:], _flipped(whole))):
        folder = tmp_path / str(number)
        folder.mkdir()
        archive = folder / "packed.zip"
        archive.write_bytes(cut)
        problems, _ = unpacked(folder, archive)
        assert len(problems) == 1, number
        assert problems[0].startswith("The ZIP file is damaged"), number


def _flipped(content: bytes) -> bytes:
    changed = bytearray(content)
    changed[40] ^= 0xFF
    return bytes(changed)


def test_a_folder_inside_the_archive_is_the_benchmark(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "prompt.csv").write_text("")

    assert only_folder(tmp_path) == tmp_path / "a" / "b"
    assert only_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
