"""`ti2v submit` against a real server on loopback."""

from pathlib import Path

import httpx2
import pytest

from tests.app.cli.outcome import Run
from tests.app.cli.sender import Sender, drawn_clip, shade_of
from tests.cast import BENCHMARK, PAIR_IDS, Cast, write_clip
from tests.release import copy_benchmark, copy_clips, first_pairs

PAIRS = len(PAIR_IDS)


def test_a_whole_folder_becomes_a_final_submission(submit: Sender, clips: Path) -> None:
    outcome = submit(clips)

    assert outcome.code == 0, outcome.err
    (sent,) = submit.submissions()
    assert outcome.out == f"{sent['id']}\n"
    assert (sent["status"], sent["received"], sent["is_partial"]) == ("final", PAIRS, False)
    assert "Registered the model seine." in outcome.err


def test_the_same_command_again_changes_nothing(submit: Sender, clips: Path) -> None:
    first = submit(clips)

    second = submit(clips)

    assert (second.code, second.out) == (0, first.out)
    assert len(submit.submissions()) == 1


def test_missing_clips_keep_the_submission_open_and_are_listed(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").unlink()

    outcome = submit(clips)

    assert outcome.code == 1
    assert outcome.out == ""
    assert f"  {PAIR_IDS[0]}\n" in outcome.err
    assert submit.submissions()[0]["status"] == "open"


def test_the_next_run_sends_only_what_is_missing(submit: Sender, clips: Path) -> None:
    late = clips / f"{PAIR_IDS[0]}_0.mp4"
    late.rename(clips / "late.part")
    submit(clips)
    (clips / "late.part").rename(late)

    outcome = submit(clips)

    assert outcome.code == 0, outcome.err
    assert f"{PAIRS - 1} clips already on the server." in outcome.err
    assert "1 clip uploaded" in outcome.err
    assert submit.submissions()[0]["status"] == "final"


def test_a_link_to_nothing_is_named_and_nothing_is_sent(submit: Sender, clips: Path) -> None:
    clip = clips / f"{PAIR_IDS[0]}_0.mp4"
    clip.unlink()
    clip.symlink_to("moved_away.mp4")

    outcome = submit(clips, "--allow-partial")

    assert outcome.code == 1
    assert f"{clip.name}: a link to moved_away.mp4, which does not exist" in outcome.err
    assert submit.submissions() == []


def test_a_partial_submission_must_be_requested(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").unlink()

    outcome = submit(clips, "--allow-partial")

    assert outcome.code == 0, outcome.err
    assert f"Final without 1 of {PAIRS} clips:\n  {PAIR_IDS[0]}\n" in outcome.err
    assert submit.submissions()[0]["is_partial"] is True


def test_clips_the_server_refuses_are_listed_and_the_others_sent(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[1]}_0.mp4").write_text("<html>not a clip</html>")
    (clips / f"{PAIR_IDS[2]}_0.mp4").write_bytes(b"")

    outcome = submit(clips)

    assert outcome.code == 1
    assert f"{PAIR_IDS[1]}_0.mp4: " in outcome.err
    assert f"{PAIR_IDS[2]}_0.mp4: " in outcome.err
    assert submit.submissions()[0]["received"] == PAIRS - 2


def test_two_machines_may_each_send_a_share(submit: Sender, clips: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    for pair_id in PAIR_IDS[:3]:
        (clips / f"{pair_id}_0.mp4").rename(share / f"{pair_id}_0.mp4")

    first, second = submit(share), submit(clips)

    assert (first.code, second.code) == (1, 0), second.err
    assert submit.submissions()[0]["status"] == "final"


def test_wrong_names_are_listed_and_nothing_is_sent(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").rename(clips / f"{PAIR_IDS[0]}s_0.mp4")
    write_clip(clips / f"{PAIR_IDS[1]}.mp4")

    outcome = submit(clips)

    assert outcome.code == 1
    assert (
        f"{PAIR_IDS[0]}s_0.mp4: the benchmark has no pair with this name; is it {PAIR_IDS[0]}?" in outcome.err
    )
    assert f"{PAIR_IDS[1]}.mp4 and {PAIR_IDS[1]}_0.mp4 are clips of this pair" in outcome.err
    assert submit.submissions() == []


def test_a_submission_holds_every_seed_of_the_folder(submit: Sender, clips: Path) -> None:
    for number, pair_id in enumerate(PAIR_IDS):
        write_clip(clips / f"{pair_id}_7.mp4", shade=50 + number)

    outcome = submit(clips)

    assert outcome.code == 0, outcome.err
    (sent,) = submit.submissions()
    assert (sent["status"], sent["received"], sent["expected"]) == ("final", 2 * PAIRS, 2 * PAIRS)
    assert {clip["seed"] for clip in submit.clips(sent["id"])} == {0, 7}


def test_of_several_seeds_one_can_be_chosen(submit: Sender, clips: Path) -> None:
    for number, pair_id in enumerate(PAIR_IDS):
        write_clip(clips / f"{pair_id}_7.mp4", shade=50 + number)

    outcome = submit(clips, "--seed", "7")

    assert outcome.code == 0, outcome.err
    assert f"Not uploaded: {PAIRS} clips of other seeds." in outcome.err
    assert {clip["seed"] for clip in submit.clips(submit.submissions()[0]["id"])} == {7}


def test_a_rehearsal_lists_every_problem_at_once_and_sends_nothing(submit: Sender, clips: Path) -> None:
    files = {pair_id: clips / f"{pair_id}_0.mp4" for pair_id in PAIR_IDS}
    missing, no_clip, wrong_codec, still, far, long = PAIR_IDS
    files[missing].unlink()
    write_clip(clips / "nonsense_0.mp4")
    files[no_clip].write_text("not a clip")
    files[wrong_codec].write_bytes(drawn_clip(shade_of(wrong_codec), codec="mpeg4"))
    files[still].write_bytes(drawn_clip(shade_of(still), moves=False))
    files[far].write_bytes(drawn_clip((255, 255, 255)))
    files[long].write_bytes(drawn_clip(shade_of(long), frames=12))

    outcome = submit(clips, "--dry-run", "--verbose")

    assert outcome.code == 1
    listed = outcome.out.splitlines()
    doubts = outcome.err.splitlines()
    assert "nonsense_0.mp4: the benchmark has no pair with this name" in listed
    assert f"{files[no_clip].name}: The file is not an MP4." in listed
    assert any(line.startswith(f"{files[wrong_codec].name}: The video is coded as mpeg4") for line in listed)
    assert f"{missing}: missing" in listed
    assert len(listed) == 4
    assert any(line.startswith(f"Warning: {files[still].name}: every frame is the same") for line in doubts)
    assert any(line.startswith(f"Warning: {files[far].name}: the first frame is far") for line in doubts)
    assert any(line.startswith(f"Warning: {files[long].name}: 64x64, 12 frames at 8 fps") for line in doubts)
    assert submit.submissions() == []


def test_a_doubt_is_a_warning_and_no_problem(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").write_bytes(drawn_clip((255, 255, 255)))

    outcome = submit(clips, "--dry-run")

    assert (outcome.code, outcome.out) == (0, ""), outcome.out
    assert f"Warning: {PAIR_IDS[0]}_0.mp4: the first frame is far from the input image" in outcome.err


def test_a_long_list_is_a_count_and_five_examples(submit: Sender, clips: Path) -> None:
    for number in range(8):
        write_clip(clips / f"nonsense{number}_0.mp4")

    short, long = submit(clips), submit(clips, "--verbose")

    assert short.err.count("the benchmark has no pair with this name") == 5
    assert "... and 3 more; --verbose prints all" in short.err
    assert long.err.count("the benchmark has no pair with this name") == 8


def test_a_rehearsal_of_a_sound_folder_finds_nothing(submit: Sender, clips: Path) -> None:
    outcome = submit(clips, "--dry-run")

    assert (outcome.code, outcome.out) == (0, ""), outcome.out
    assert "No problems; nothing was uploaded." in outcome.err
    assert submit.submissions() == []


def test_a_wrong_key_is_refused_in_a_sentence(submit: Sender, clips: Path) -> None:
    outcome = submit(clips, key="ti2v_wrong")

    assert outcome.code == 1
    assert outcome.err.startswith("Error: This key is not known")


def test_somebody_elses_model_is_refused(submit: Sender, clips: Path, cast: Cast) -> None:
    outcome = submit(clips, key=cast.bob.key, model="motif")

    assert outcome.code == 1
    assert "belongs to somebody else" in outcome.err


def test_a_final_submission_accepts_no_clips_and_a_label_creates_a_new_submission(
    submit: Sender, clips: Path
) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").rename(clips / "late.part")
    submit(clips, "--allow-partial")
    (clips / "late.part").rename(clips / f"{PAIR_IDS[0]}_0.mp4")

    refused, labelled = submit(clips), submit(clips, "--label", "second")

    assert refused.code == 1
    assert "choose another --label" in refused.err
    assert labelled.code == 0, labelled.err


def test_without_a_server_or_key_the_option_is_named(run: Run, clips: Path) -> None:
    options = ("submit", clips, "--model", "seine", "--benchmark", BENCHMARK)

    assert "--server" in run(*options).err
    assert "--key" in run(*options, "--server", "http://127.0.0.1:1").err


@pytest.mark.parametrize(
    ("pairs", "sent"), [(12, 4), pytest.param(320, 51, marks=pytest.mark.full_size)], ids=["part", "all"]
)
def test_real_clips_of_motif_are_a_partial_submission(
    run: Run, live_server: str, cast: Cast, test_data: Path, tmp_path: Path, pairs: int, sent: int
) -> None:
    outputs = test_data / "outputs" / "motif"
    wanted = first_pairs(test_data, pairs)
    there = [pair for pair in wanted if (outputs / f"{pair}_0.mp4").exists()]
    clips = copy_clips(outputs, tmp_path / "motif", there)
    release = copy_benchmark(test_data, tmp_path / "release", wanted)
    options = ("--model", "motif", "--benchmark", "release", "--server", live_server, "--key", cast.alice.key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TI2V_HOME", str(cast.context.settings.home))
        imported = run("benchmark", "import", release, "--slug", "release")
    rehearsed = run("submit", clips, *options, "--allow-partial", "--dry-run")
    submitted = run("submit", clips, *options, "--allow-partial")

    assert imported.out == "release 1\n"
    assert (rehearsed.code, rehearsed.out) == (0, "")
    assert f"{sent} clips checked, {pairs - sent} of {pairs} missing." in rehearsed.err
    assert submitted.code == 0, submitted.err
    address = f"{live_server}/api/v1/submissions/{submitted.out.strip()}"
    answer = httpx2.get(address, headers=cast.alice.headers).json()
    assert (answer["received"], answer["is_partial"]) == (sent, True)
