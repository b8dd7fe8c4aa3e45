"""The registry of models."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.generators.adapter_entries import adapter_entry, shipped_adapter
from models.generators.registry import UnknownModel, create_generator, generators, get_entry


def test_reading_the_registry_loads_no_network() -> None:
    program = (
        "import sys\n"
        "from models.generators.registry import generators\n"
        "print(*(entry.unavailable_reason() or 'runs' for entry in generators().values()), sep='\\n')\n"
        "print(sorted({'torch', 'diffusers', 'transformers', 'cv2'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("entry", generators().values(), ids=lambda entry: entry.name)
def test_every_entry_is_complete(entry: object) -> None:
    texts = ("name", "title", "licence", "weights", "needs", "verified")

    assert [text for text in texts if not getattr(entry, text)] == []


def test_a_generator_has_the_name_of_its_entry() -> None:
    assert create_generator("zoom").name == "zoom"


def test_an_unknown_model_is_refused_with_a_list_of_models() -> None:
    with pytest.raises(UnknownModel, match="no model 'sora'; expected one of static, reference"):
        get_entry("sora")


def test_a_missing_package_of_one_model_is_named_without_loading_it(tmp_path: Path) -> None:
    text = shipped_adapter("ltx-video").read_text(encoding="utf-8")
    own = tmp_path / "ltx-video.toml"
    own.write_text('packages = ["json", "no_such_package"]\n' + text, encoding="utf-8")

    entry = adapter_entry(own)

    assert entry.needs.endswith("the worker's packages, json, no_such_package")
    assert (
        entry.unavailable_reason()
        == "The model needs the package no_such_package, in the build that matches the installed torch."
    )
