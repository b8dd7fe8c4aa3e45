"""A stand-in for external programs: reads and writes the files of each program, with single-colour clips.

It runs in a separate process. The first frame of a clip has the mean colour of the input image. The last
frame has a grey level that encodes the prompt. Tests can therefore detect exchanged inputs. `misbehave.txt`
in the checkout selects a failure.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image

FLAGS_OF_DYNAMICRAFTER = {
    **dict.fromkeys(["--savedir", "--ckpt_path", "--config", "--prompt_dir", "--timestep_spacing"], str),
    **dict.fromkeys(["--n_samples", "--ddim_steps", "--bs", "--height", "--width", "--frame_stride"], int),
    **dict.fromkeys(["--seed", "--video_length"], int),
    **dict.fromkeys(
        ["--ddim_eta", "--unconditional_guidance_scale", "--guidance_rescale", "--cfg_img"], float
    ),
}
FLAGS_OF_COND_LEAK = {"--M": int, "--analytic_init_path": str, "--whether_analytic_init": int}
FLAGS_OF_VIDEOCRAFTER = {
    **dict.fromkeys(["--mode", "--ckpt_path", "--config", "--prompt_file", "--savedir", "--cond_input"], str),
    **dict.fromkeys(["--seed", "--n_samples", "--ddim_steps", "--bs", "--height", "--width", "--fps"], int),
    **dict.fromkeys(["--ddim_eta", "--unconditional_guidance_scale"], float),
}


def prompt_grey(prompt: str) -> int:
    return 20 + sum(prompt.encode()) % 200


def pictures(image: str, prompt: str, *, frames: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield the frames of a clip; `size` is (width, height)."""
    colour = np.asarray(Image.open(image).convert("RGB")).mean(axis=(0, 1))
    width, height = size
    if mood() == "frames":
        frames -= 1
    if mood() == "size":
        width -= 16
    for number in range(frames):
        tone = colour if number < frames - 1 else np.full(3, prompt_grey(prompt))
        pixels = np.empty((height, width, 3), np.uint8)
        pixels[:] = tone.round()
        yield pixels


def draw(image: str, prompt: str, path: str, *, frames: int, size: tuple[int, int], fps: int) -> None:
    """Write a clip; `size` is (width, height)."""
    drawn = list(pictures(image, prompt, frames=frames, size=size))
    with av.open(path, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps * (2 if mood() == "rate" else 1))
        stream.height, stream.width, _ = drawn[0].shape
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "1", "preset": "ultrafast"}
        for pixels in drawn:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))


def draw_images(image: str, prompt: str, stem: str, *, frames: int, size: tuple[int, int]) -> None:
    """Write a clip as one JPEG file per frame."""
    for number, pixels in enumerate(pictures(image, prompt, frames=frames, size=size)):
        path = Path(f"{stem}{number:03d}.jpg")
        Image.fromarray(pixels).save(path)
        if mood() == "broken" and number == 3:
            path.write_bytes(path.read_bytes()[:300])


def parsed(flags: dict[str, Callable[[str], object]], switches: tuple[str, ...] = ()) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    for flag, kind in flags.items():
        parser.add_argument(flag, type=kind)
    for switch in switches:
        parser.add_argument(switch, action="store_true")
    return parser.parse_args()


def images_in(folder: str, endings: list[str]) -> list[str]:
    return sorted(str(path) for ending in endings for path in Path(folder).glob(f"*.{ending}"))


def lines_of(path: str) -> list[str]:
    return [line.strip() for line in Path(path).read_text().splitlines() if line.strip()]


def dynamicrafter(
    own: dict[str, Callable[[str], object]] | None = None, word: str = "samples_separate"
) -> None:
    arguments = parsed(FLAGS_OF_DYNAMICRAFTER | (own or {}), ("--text_input", "--perframe_ae"))
    prompts = lines_of(images_in(arguments.prompt_dir, ["txt"])[0])
    images = images_in(arguments.prompt_dir, ["jpg", "png", "jpeg", "JPEG", "PNG"])
    made = Path(f"{arguments.savedir}/samples".replace("samples", word))
    made.mkdir(parents=True)
    for image, prompt in zip(images, prompts, strict=False):
        name = Path(image).name.split(".")[0]
        size = (arguments.width, arguments.height)
        draw(image, prompt, f"{made}/{name}_sample0.mp4", frames=arguments.video_length, size=size, fps=8)


def cond_leak() -> None:
    dynamicrafter(FLAGS_OF_COND_LEAK, "1000")


def videocrafter() -> None:
    arguments = parsed(FLAGS_OF_VIDEOCRAFTER)
    prompts, images = lines_of(arguments.prompt_file), images_in(arguments.cond_input, ["[mpj][pn][4gj]"])
    assert len(prompts) == len(images)
    Path(arguments.savedir).mkdir(parents=True)
    for image, prompt in zip(images, prompts, strict=True):
        size = (arguments.width, arguments.height)
        draw(
            image,
            prompt,
            f"{arguments.savedir}/{Path(image).name[:-4]}.mp4",
            frames=16,
            size=size,
            fps=10,
        )


def consisti2v() -> None:
    flags = dict.fromkeys(["--inference_config", "--prompt_config", "--format"], str)
    parser = argparse.ArgumentParser()
    for flag in flags:
        parser.add_argument(flag)
    parser.add_argument("optional", nargs="*")
    arguments = parser.parse_args()
    own = dict(each.split("=", 1) for each in arguments.optional)
    config = yaml_of(arguments.prompt_config)
    made = Path(f"{own['output_dir']}/{own['output_name']}-2026-01-01T00-00-00/sample")
    made.mkdir(parents=True)
    rows = zip(config["prompts"], config["path_to_first_frames"], config["seeds"], strict=True)
    for number, (prompt, image, seed) in enumerate(rows):
        assert isinstance(seed, int)
        words = "-".join(prompt.replace("/", "").split(" ")[:10]).replace(":", "")
        draw(image, prompt, f"{made}/{number}-{words}.mp4", frames=16, size=(256, 256), fps=8)


def seine() -> None:
    config = yaml_of(parsed({"--config": str}).config)
    assert config["seed"], "a seed of 0 would be no seed"
    height, width = config["image_size"]
    Path(config["save_path"]).mkdir(parents=True)
    prompt = config["text_prompt"][0]
    path = config["save_path"] + prompt.replace(" ", "_") + ".mp4"
    draw(config["input_path"], prompt, path, frames=config["num_frames"], size=(width, height), fps=8)


def animate_anything() -> None:
    config = yaml_of(parsed({"--config": str}, ("--eval",)).config)
    data = config["validation_data"]
    name = Path(data["prompt_image"]).name.split(".")[0]
    Path(f"output/demo/{name}").mkdir(parents=True)
    # It makes six; two will do.
    for number in range(2):
        path = f"output/demo/{name}/{number}.gif".replace("gif", ".mp4")
        size = (data["width"], data["height"])
        # Only the first has the right prompt, so that taking another one shows.
        prompt = data["prompt"] if number == 0 else "another"
        draw(data["prompt_image"], prompt, path, frames=data["num_frames"], size=size, fps=data["fps"])


def cinemo() -> None:
    config = yaml_of(parsed({"--config": str}).config)
    assert config["seed"], "a seed of 0 would be no seed"
    height, width = config["image_size"]
    Path(config["save_img_path"]).mkdir(parents=True)
    for number, (image, prompt) in enumerate(config["image_prompts"]):
        name = prompt.replace(" ", "_") + f"_{number:04d}_{config['run_time']:04d}-imageio.mp4"
        size = (width, height)
        draw(
            "./animated_images/" + image, prompt, config["save_img_path"] + name, frames=15, size=size, fps=8
        )


def file_protocol() -> None:
    for line in lines_of(sys.argv[1]):
        one = json.loads(line)
        size = (one["width"], one["height"])
        draw(one["image"], one["prompt"], one["output"], frames=one["frames"], size=size, fps=int(one["fps"]))


def yaml_of(path: str) -> dict[str, object]:
    import yaml

    return yaml.safe_load(Path(path).read_text())


def mood() -> str:
    path = Path(__file__).parent / "misbehave.txt"
    return path.read_text() if path.exists() else ""


def misbehave() -> None:
    if mood() == "nothing":
        sys.exit(0)
    if mood() == "crash":
        sys.exit("the weights are of another shape")
    if mood() == "memory":
        sys.exit("torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 GiB")
    if mood() == "hang":
        time.sleep(600)
    if mood() == "log":
        for _ in range(300):
            os.write(1, b"x" * (1 << 20))
        os.write(1, b"\nthe end of the log\n")


def begin() -> None:
    (Path(__file__).parent / "environment.json").write_text(json.dumps(dict(os.environ)))
    misbehave()


def run(name: str) -> None:
    begin()
    globals()[name.replace("-", "_")]()
