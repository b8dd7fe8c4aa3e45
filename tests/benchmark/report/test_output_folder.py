"""A report's folder is written completely or not at all, and never replaces other files."""

from pathlib import Path

import pytest

from benchmark.report.checksums import write_checksums
from benchmark.report.output_folder import ReportRefused, new_report_folder


def write(folder: Path, slug: str = "demo") -> None:
    """Write the files by which a folder is recognised as a report."""
    (folder / "protocol.json").write_text(f'{{"study": {{"slug": "{slug}"}}}}')
    (folder / "tables").mkdir()
    (folder / "tables" / "preferences.csv").write_text("study\n")
    write_checksums(folder)


def bundle(target: Path) -> Path:
    with new_report_folder(target, "demo") as folder:
        write(folder)
    return target


def break_off(target: Path) -> None:
    with new_report_folder(target, "demo") as folder:
        write(folder)
        raise KeyboardInterrupt


def test_a_run_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path / "bundle")

    assert list(tmp_path.iterdir()) == []


def test_a_run_that_breaks_off_leaves_the_earlier_bundle(tmp_path: Path) -> None:
    target = bundle(tmp_path / "bundle")
    before = (target / "SHA256SUMS").read_bytes()

    with pytest.raises(KeyboardInterrupt):
        break_off(target)

    assert (target / "SHA256SUMS").read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_nothing_has_the_name_before_all_is_written(tmp_path: Path) -> None:
    with new_report_folder(tmp_path / "bundle", "demo") as folder:
        write(folder)
        assert not (tmp_path / "bundle").exists()

    assert (tmp_path / "bundle" / "SHA256SUMS").exists()


def test_an_empty_folder_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()

    assert (bundle(tmp_path / "bundle") / "SHA256SUMS").exists()


def test_folders_above_are_made(tmp_path: Path) -> None:
    assert (bundle(tmp_path / "a" / "b" / "bundle") / "SHA256SUMS").exists()


def test_an_unwritable_folder_path_is_reported_as_given() -> None:
    with pytest.raises(OSError, match="/proc/bundle") as raised:
        bundle(Path("/proc/bundle"))

    assert raised.value.filename == "/proc/bundle"


def test_everybody_may_read_the_folder(tmp_path: Path) -> None:
    assert bundle(tmp_path / "bundle").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("protocol", ["", "[]", "{}", '{"study": {"slug": "other"}}', '{"study": 3}'])
def test_a_folder_that_only_looks_like_a_bundle_is_refused(tmp_path: Path, protocol: str) -> None:
    (tmp_path / "protocol.json").write_text(protocol)
    (tmp_path / "SHA256SUMS").write_text("")

    with pytest.raises(ReportRefused, match="not an earlier report of demo"):
        bundle(tmp_path)


def test_a_file_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for name in ("file", "link"):
        with pytest.raises(ReportRefused, match="is not a folder"):
            bundle(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"
