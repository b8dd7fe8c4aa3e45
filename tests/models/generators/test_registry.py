"""The table of models: explicit, complete, and light to import."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.generators.adapter_entries import adapter_entry, shipped_adapter
from models.generators.registry import UnknownModel, entry_named, generators, open_generator


def test_reading_the_table_loads_no_network() -> None:
    program = (
        "import sys\n"
        "from models.generators.registry import generators\n"
        "print(*(entry.why_not() or 'runs' for entry in generators().values()), sep='\\n')\n"
        "print(sorted({'torch', 'diffusers', 'transformers'} & set(sys.modules)))\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("entry", generators().values(), ids=lambda entry: entry.name)
def test_every_entry_says_all_there_is_to_know(entry: object) -> None:
    texts = ("name", "title", "licence", "weights", "needs", "verified")

    assert [text for text in texts if not getattr(entry, text)] == []


def test_a_generator_goes_by_the_name_it_is_listed_under() -> None:
    assert open_generator("zoom").name == "zoom"


def test_an_unknown_model_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match="no model 'sora'; there are static, reference"):
        entry_named("sora")


def test_a_package_that_only_one_model_needs_is_named_before_anything_is_loaded(tmp_path: Path) -> None:
    text = shipped_adapter("ltx-video").read_text(encoding="utf-8")
    own = tmp_path / "ltx-video.toml"
    own.write_text('packages = ["json", "no_such_package"]\n' + text, encoding="utf-8")

    entry = adapter_entry(own)

    assert entry.needs.endswith("the worker's packages, json, no_such_package")
    assert entry.why_not() == "It needs the package no_such_package, in the build that fits torch."
