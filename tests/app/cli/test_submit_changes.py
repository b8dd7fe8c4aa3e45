"""`ti2v submit` with changed clips, with files that are not clips, and with clips that must be converted."""

import hashlib
from pathlib import Path

import pytest

from tests.app.cli.outcome import Run
from tests.app.cli.sender import Sender, drawn_clip, shade_of
from tests.cast import PAIR_IDS, Cast

PAIRS = len(PAIR_IDS)


def test_a_changed_clip_is_named_and_nothing_is_sent(submit: Sender, clips: Path) -> None:
    held_back = clips / f"{PAIR_IDS[1]}_0.mp4"
    held_back.rename(clips / "late.part")
    submit(clips)
    (clips / "late.part").rename(held_back)
    changed = clips / f"{PAIR_IDS[0]}_0.mp4"
    changed.write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), frames=10))

    sent, rehearsed = submit(clips), submit(clips, "--dry-run")

    assert (sent.code, rehearsed.code) == (1, 1)
    assert "has another clip for 1 file. Run the same command with --replace" in sent.err
    assert f"  {changed.name}\n" in sent.err
    assert changed.name in rehearsed.out
    (submission,) = submit.submissions()
    assert (submission["status"], submission["received"]) == ("open", PAIRS - 1)


def test_a_changed_clip_is_replaced_when_asked(submit: Sender, clips: Path) -> None:
    held_back = clips / f"{PAIR_IDS[1]}_0.mp4"
    held_back.rename(clips / "late.part")
    submit(clips)
    (clips / "late.part").rename(held_back)
    changed = clips / f"{PAIR_IDS[0]}_0.mp4"
    changed.write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), frames=10))

    outcome = submit(clips, "--replace")

    assert outcome.code == 0, outcome.err
    assert f"1 clip replaced:\n  {changed.name}\n" in outcome.err
    (submission,) = submit.submissions()
    assert submission["status"] == "final"
    digests = {clip["pair_id"]: clip["sha256"] for clip in submit.clips(submission["id"])}
    assert digests[PAIR_IDS[0]] == hashlib.sha256(changed.read_bytes()).hexdigest()


@pytest.mark.parametrize("more", [(), ("--replace",), ("--dry-run",)])
def test_a_changed_clip_of_a_final_submission_is_never_kept_silently(
    submit: Sender, clips: Path, more: tuple[str, ...]
) -> None:
    submit(clips)
    changed = clips / f"{PAIR_IDS[0]}_0.mp4"
    changed.write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), frames=10))

    outcome = submit(clips, *more)

    said = outcome.out + outcome.err
    assert outcome.code == 1
    assert f"{changed.name}: the submission has another clip" in said
    assert "choose another --label, or first withdraw this one with: ti2v submission withdraw" in said
    assert len(submit.submissions()) == 1


def test_the_label_of_a_withdrawn_submission_can_be_used_again(
    submit: Sender, clips: Path, run: Run, live_server: str, cast: Cast
) -> None:
    first = submit(clips).out.strip()
    access = ("--server", live_server, "--key", cast.alice.key)
    run("submission", "withdraw", first, "--reason", "wrong clips", *access)
    (clips / f"{PAIR_IDS[0]}_0.mp4").write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), frames=10))

    outcome = submit(clips)

    assert outcome.code == 0, outcome.err
    assert outcome.out.strip() != first
    assert sorted(row["status"] for row in submit.submissions()) == ["final", "withdrawn"]


def test_files_that_are_no_clips_are_listed(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").rename(clips / f"{PAIR_IDS[0]}_0.webm")
    (clips / f"._{PAIR_IDS[1]}_0.mp4").touch()

    outcome = submit(clips, "--dry-run")

    assert outcome.code == 1
    assert f"{PAIR_IDS[0]}: missing" in outcome.out
    assert (
        "Not used, 1: .webm files; convert them with: ti2v convert DIR --to OUT:\n"
        f"  {PAIR_IDS[0]}_0.webm\n" in outcome.err
    )
    assert f"  ._{PAIR_IDS[1]}_0.mp4\n" in outcome.err


def test_a_folder_without_a_clip_has_a_problem(submit: Sender, tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    (folder / PAIR_IDS[0]).mkdir(parents=True)
    (folder / PAIR_IDS[0] / "0001.png").touch()

    rehearsed, sent = submit(folder, "--dry-run", "--allow-partial"), submit(folder)

    assert (rehearsed.code, sent.code) == (1, 1)
    assert "The folder contains no .mp4 or .mov file for a pair of this benchmark." in rehearsed.out
    assert "folders of frames; convert them with" in sent.err


def test_a_refused_codec_names_the_command_that_converts(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), codec="mpeg4"))

    outcome = submit(clips)

    assert "Convert it with: ti2v convert DIR --to OUT" in outcome.err


def test_a_quicktime_file_is_sent(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").unlink()
    (clips / f"{PAIR_IDS[0]}_0.mov").write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), container="mov"))

    outcome = submit(clips)

    assert outcome.code == 0, outcome.err


def test_clips_are_converted_and_named_on_the_way(submit: Sender, clips: Path, tmp_path: Path) -> None:
    rows = ["file,pair"]
    for number, pair_id in enumerate(PAIR_IDS):
        clip = clips / f"{pair_id}_0.mp4"
        clip.rename(clips / f"{number}.mp4")
        rows.append(f"{number}.mp4,{pair_id}")
    (clips / "0.mp4").unlink()
    (clips / "0.gif").write_bytes(drawn_clip(shade_of(PAIR_IDS[0]), codec="gif", container="gif"))
    names = tmp_path / "names.csv"
    names.write_text("\n".join(rows).replace("0.mp4", "0.gif"), encoding="utf-8")

    first = submit(clips, "--convert", "--names", str(names))
    again = submit(clips, "--convert", "--names", str(names))

    assert first.code == 0, first.err
    assert f"1 clip converted, {PAIRS - 1} copied, 0 kept from an earlier run." in first.err
    assert submit.submissions()[0]["status"] == "final"
    assert again.code == 0, again.err
    assert "The submission is already final and has the same clips." in again.err
