"""Cosmos needs a guardrail (safety checker), and a refusal by the guardrail is a clear error."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.utils import is_cosmos_guardrail_available, is_torchvision_available

from models.generators.base import BadInput, CannotRun, ClipRequest
from models.generators.diffusers_adapter import DiffusersGenerator
from tests.models.generators.requests import picture
from tests.models.generators.toys.cosmos import StandInGuardrail, cosmos, guardrail
from tests.models.generators.toys.table import save_toy, toy_recipe

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")
NAME = "cosmos-predict2-2b"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_toy(NAME, tmp_path_factory.mktemp("toy") / NAME)


@pytest.fixture
def guarded(weights: Path) -> Callable[[StandInGuardrail], DiffusersGenerator]:
    """Return a function that loads the toy pipeline with a guardrail."""

    def load(stand_in: StandInGuardrail) -> DiffusersGenerator:
        generator = DiffusersGenerator(toy_recipe(NAME), weights)
        with guardrail(lambda: stand_in):
            generator.load("cpu", "auto")
        return generator

    return load


def request(folder: Path) -> ClipRequest:
    return ClipRequest("pair", picture(folder), "The red kite sinks.", 3)


@pytest.mark.skipif(is_cosmos_guardrail_available(), reason="NVIDIA's guardrail is installed")
def test_it_does_not_run_without_a_guardrail(weights: Path) -> None:
    with pytest.raises(CannotRun, match=f"{NAME} cannot be loaded from .*cosmos_guardrail` is not installed"):
        DiffusersGenerator(toy_recipe(NAME), weights).load("cpu", "auto")


def test_the_guardrail_sees_every_prompt_and_every_clip(
    guarded: Callable[[StandInGuardrail], DiffusersGenerator], tmp_path: Path
) -> None:
    stand_in = StandInGuardrail()

    list(guarded(stand_in).generate([request(tmp_path)]))

    assert stand_in.prompts == ["The red kite sinks."]
    assert stand_in.clips == [(5, 32, 32, 3)]


@pytest.mark.parametrize(
    ("stand_in", "message"),
    [
        (StandInGuardrail(prompts_pass=False), "refused the prompt"),
        (StandInGuardrail(clips_pass=False), "refused the generated clip"),
    ],
)
def test_a_refusal_of_the_guardrail_is_bad_input(
    stand_in: StandInGuardrail,
    message: str,
    guarded: Callable[[StandInGuardrail], DiffusersGenerator],
    tmp_path: Path,
) -> None:
    generator = guarded(stand_in)

    with pytest.raises(BadInput, match=f"The guardrail of this model {message}"):
        list(generator.generate([request(tmp_path)]))


def test_the_guardrail_of_cosmos3_sees_the_prompt_and_can_refuse_the_clip(tmp_path: Path) -> None:
    stand_in = StandInGuardrail(clips_pass=False)
    generator = DiffusersGenerator(
        toy_recipe("cosmos3-nano"), save_toy("cosmos3-nano", tmp_path / "cosmos3-nano")
    )
    with guardrail(lambda: stand_in):
        generator.load("cpu", "auto")

    with guardrail(StandInGuardrail), pytest.raises(BadInput, match="refused the generated clip"):
        list(generator.generate([request(tmp_path)]))

    assert stand_in.prompts == ["The red kite sinks."]
    assert stand_in.clips == [(5, 32, 32, 3)]


@pytest.mark.skipif(is_torchvision_available(), reason="torchvision is installed")
def test_loading_a_padding_mask_without_torchvision_is_an_error(tmp_path: Path) -> None:
    with torch.random.fork_rng():
        cosmos(padding_mask=True).save_pretrained(tmp_path / "toy", safe_serialization=True)
    generator = DiffusersGenerator(toy_recipe(NAME), tmp_path / "toy")

    with guardrail(StandInGuardrail), pytest.raises(CannotRun, match="needs the package torchvision"):
        generator.load("cpu", "auto")
