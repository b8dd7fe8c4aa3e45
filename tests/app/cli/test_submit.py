"""`ti2v submit` against a real server on loopback."""

import hashlib
import io
from pathlib import Path

import av
import httpx2
import numpy as np
import pytest
from PIL import Image

from tests.app.cli.conftest import Outcome, Run
from tests.cast import BENCHMARK, PAIR_IDS, Cast, input_image, write_clip
from tests.release import copy_benchmark, copy_clips, first_pairs

PAIRS = len(PAIR_IDS)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with a clip for each pair, named as the authors do."""
    folder = tmp_path / "clips"
    folder.mkdir()
    for pair_id in PAIR_IDS:
        (folder / f"{pair_id}_0.mp4").write_bytes(drawn_clip(shade_of(pair_id)))
    return folder


class Sender:
    """Runs `ti2v submit` as Alice, who has no submission of the model `seine` yet."""

    def __init__(self, run: Run, address: str, cast: Cast) -> None:
        self._run = run
        self._address = address
        self._key = cast.alice.key

    def __call__(self, folder: Path, *more: str, key: str | None = None, model: str = "seine") -> Outcome:
        place = ("--model", model, "--benchmark", BENCHMARK, "--server", self._address)
        return self._run("submit", folder, *place, "--key", key or self._key, *more)

    def clips(self, submission: object) -> list[dict[str, object]]:
        answer = httpx2.get(
            f"{self._address}/api/v1/submissions/{submission}/clips",
            headers={"Authorization": f"Bearer {self._key}"},
        )
        found: list[dict[str, object]] = answer.json()["clips"]
        return found

    def submissions(self, model: str = "seine") -> list[dict[str, object]]:
        answer = httpx2.get(
            f"{self._address}/api/v1/submissions", headers={"Authorization": f"Bearer {self._key}"}
        )
        return [row for row in answer.json() if row["model"] == model]


@pytest.fixture
def submit(run: Run, live_server: str, cast: Cast) -> Sender:
    return Sender(run, live_server, cast)


def drawn_clip(
    background: tuple[int, int, int],
    *,
    codec: str = "libx264",
    container: str = "mp4",
    frames: int = 8,
    moves: bool = True,
) -> bytes:
    """Return a clip at 8 fps of a plain background and, if it moves, a square that crosses it."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=8)
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        for index in range(frames):
            picture = np.full((64, 64, 3), background, np.uint8)
            if moves:
                picture[28:36, 4 + 4 * index : 12 + 4 * index] = 220
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        file.mux(stream.encode())
    return buffer.getvalue()


def shade_of(pair_id: str) -> tuple[int, int, int]:
    """Return the colour of a pair's input image."""
    with Image.open(io.BytesIO(input_image(pair_id.partition("_")[0]))) as image:
        red, green, blue = image.convert("RGB").getpixel((0, 0))
    return red, green, blue


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
    assert f"{PAIRS - 1} clips there already." in outcome.err
    assert "1 clip sent" in outcome.err
    assert submit.submissions()[0]["status"] == "final"


def test_a_link_to_nothing_is_named_and_nothing_is_sent(submit: Sender, clips: Path) -> None:
    clip = clips / f"{PAIR_IDS[0]}_0.mp4"
    clip.unlink()
    clip.symlink_to("moved_away.mp4")

    outcome = submit(clips, "--allow-partial")

    assert outcome.code == 1
    assert f"{clip.name}: a link to moved_away.mp4, which is not there" in outcome.err
    assert submit.submissions() == []


def test_a_partial_submission_has_to_be_asked_for(submit: Sender, clips: Path) -> None:
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
        f"{PAIR_IDS[0]}s_0.mp4: no pair of this benchmark is called so; is it {PAIR_IDS[0]}?" in outcome.err
    )
    assert f"{PAIR_IDS[1]}.mp4 and {PAIR_IDS[1]}_0.mp4 are both for this pair" in outcome.err
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
    assert f"Not sent: {PAIRS} clips of other seeds." in outcome.err
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
    assert "nonsense_0.mp4: no pair of this benchmark is called so" in listed
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

    assert short.err.count("no pair of this benchmark is called so") == 5
    assert "... and 3 more; --verbose prints all" in short.err
    assert long.err.count("no pair of this benchmark is called so") == 8


def test_a_rehearsal_of_a_sound_folder_finds_nothing(submit: Sender, clips: Path) -> None:
    outcome = submit(clips, "--dry-run")

    assert (outcome.code, outcome.out) == (0, ""), outcome.out
    assert "No problems; nothing was sent." in outcome.err
    assert submit.submissions() == []


def test_a_wrong_key_is_refused_in_a_sentence(submit: Sender, clips: Path) -> None:
    outcome = submit(clips, key="ti2v_wrong")

    assert outcome.code == 1
    assert outcome.err.startswith("Error: This key is not known")


def test_somebody_elses_model_is_refused(submit: Sender, clips: Path, cast: Cast) -> None:
    outcome = submit(clips, key=cast.bob.key, model="motif")

    assert outcome.code == 1
    assert "belongs to somebody else" in outcome.err


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
    assert f"{changed.name}: it has another clip" in said
    assert "choose another --label, or withdraw this one first with: ti2v submission withdraw" in said
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
    assert "The folder holds no .mp4 or .mov for a pair of this benchmark." in rehearsed.out
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
    assert f"1 clip converted, {PAIRS - 1} copied, 0 kept from before." in first.err
    assert submit.submissions()[0]["status"] == "final"
    assert again.code == 0, again.err
    assert "The submission is final and has these very clips." in again.err


def test_a_final_submission_takes_no_more_and_a_label_makes_room(submit: Sender, clips: Path) -> None:
    (clips / f"{PAIR_IDS[0]}_0.mp4").rename(clips / "late.part")
    submit(clips, "--allow-partial")
    (clips / "late.part").rename(clips / f"{PAIR_IDS[0]}_0.mp4")

    refused, labelled = submit(clips), submit(clips, "--label", "second")

    assert refused.code == 1
    assert "choose another --label" in refused.err
    assert labelled.code == 0, labelled.err


def test_without_a_server_or_key_the_option_is_named(run: Run, clips: Path) -> None:
    place = ("submit", clips, "--model", "seine", "--benchmark", BENCHMARK)

    assert "--server" in run(*place).err
    assert "--key" in run(*place, "--server", "http://127.0.0.1:1").err


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
    place = ("--model", "motif", "--benchmark", "release", "--server", live_server, "--key", cast.alice.key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TI2V_HOME", str(cast.context.settings.home))
        imported = run("benchmark", "import", release, "--slug", "release")
    rehearsed = run("submit", clips, *place, "--allow-partial", "--dry-run")
    submitted = run("submit", clips, *place, "--allow-partial")

    assert imported.out == "release 1\n"
    assert (rehearsed.code, rehearsed.out) == (0, "")
    assert f"{sent} clips checked, {pairs - sent} of {pairs} missing." in rehearsed.err
    assert submitted.code == 0, submitted.err
    address = f"{live_server}/api/v1/submissions/{submitted.out.strip()}"
    answer = httpx2.get(address, headers=cast.alice.headers).json()
    assert (answer["received"], answer["is_partial"]) == (sent, True)
