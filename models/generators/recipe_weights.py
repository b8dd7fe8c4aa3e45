"""Defines the recipe tables that name weights: the pipeline's weights, single components and LoRAs."""

from typing import Literal

from pydantic import Field

from models.generators.recipe_tables import Commit, RecipeTable


class Weights(RecipeTable):
    """Table `[[weights]]`: weights to download.

    Attributes:
        source: repository on the Hugging Face hub, or https URL.
        gb: approximate size of the download in gigabytes.
        licence: licence of the weights.
        revision: commit of the hub repository. If `revision` is empty, `ti2v generators setup` pins the
            newest commit.
        into: target folder in the checkout. An empty text for diffusers models, because their weights stay in
            the hub's cache.
        files: patterns of the required files. If there are no patterns, all files are required.
    """

    source: str
    gb: float = Field(gt=0)
    licence: str = Field(min_length=1)
    revision: Commit | Literal[""] = ""
    into: str = ""
    files: tuple[str, ...] = ()

    @property
    def is_on_hub(self) -> bool:
        """True if the weights come from a hub repository, False if the weights come from a URL."""
        return "://" not in self.source

    def __str__(self) -> str:
        return f"{self.source} ({self.gb:g} GB, {self.licence})"


class ComponentWeights(Weights):
    """Table `[[components]]`: a pipeline component with weights in a separate repository.

    Attributes:
        component: name of the component in the pipeline, such as `transformer`.
        kind: class of the component, from diffusers or transformers.
        subfolder: folder in the repository.
    """

    component: str = Field(min_length=1)
    kind: str = Field(min_length=1)
    subfolder: str = ""


class LoraWeights(Weights):
    """Table `[[loras]]`: a LoRA that is merged into the networks.

    Attributes:
        file: safetensors file in the repository.
        scale: strength of the LoRA.
    """

    file: str = Field(pattern=r"^[\w./-]+\.safetensors$")
    scale: float = 1.0
