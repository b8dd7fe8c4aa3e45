"""Rules that hold for all files of the repository."""

import ast
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.rendering import unbroken
from app.settings import Settings
from benchmark.exports.tables import COLUMN_NAMES
from tests.whole.tree import ROOT, committed

TEMPLATES = ROOT / "templates"
UNIT = ROOT / "deploy/ti2v.service"
MOST_LINES = 400
CHECKED = ("app", "benchmark", "models", "ti2v_bench")


def pages() -> list[Path]:
    """Return the templates of pages: they extend another template and are not fragments."""
    return [path for path in sorted(TEMPLATES.rglob("*.html")) if not path.name.startswith("_")]


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_template_compiles_and_names_its_page_object(path: Path) -> None:
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    environment.filters["unbroken"] = unbroken

    environment.get_template(path.relative_to(TEMPLATES).as_posix())

    assert path.read_text().startswith("{#"), "the first line says what the template is given"


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_every_page_has_a_title_and_a_heading(path: Path) -> None:
    source = path.read_text()

    assert "block title" in source
    assert path.name == "base.html" or "<h1" in source


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = set(re.findall(r"`(TI2V_[A-Z0-9_]+)`", (ROOT / "docs/settings.md").read_text()))

    settings = {f"TI2V_{name.upper()}" for name in Settings.model_fields}

    of_clients_and_tests = {"TI2V_SERVER", "TI2V_KEY"} | {
        name for name in documented if name.startswith("TI2V_TEST_")
    }
    assert documented - of_clients_and_tests == settings


def test_the_files_to_deploy_set_nothing_that_is_not_a_setting() -> None:
    named = set(re.findall(r"^ +(TI2V_[A-Z_]+):", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE))
    in_the_unit = set(re.findall(r"^Environment=(TI2V_\w+)=", UNIT.read_text(), re.MULTILINE))

    of_the_proxy, of_the_worker = {"TI2V_SITE", "TI2V_UPSTREAM"}, {"TI2V_SERVER", "TI2V_KEY", "TI2V_MODELS"}
    settings = {f"TI2V_{name.upper()}" for name in Settings.model_fields}
    assert named - of_the_proxy - of_the_worker <= settings
    assert in_the_unit <= settings
    assert named
    assert in_the_unit


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_every_export_column_is_documented() -> None:
    text = (ROOT / "docs/tables.md").read_text()

    missing = {
        f"{table}.{column}"
        for table, columns in COLUMN_NAMES.items()
        for column in columns
        if f"`{column}`" not in text
    }

    assert missing == set()


def test_no_file_is_longer_than_400_lines() -> None:
    code = committed("*.py", "*.js", "*.css", "*.html")
    long = {
        str(path.relative_to(ROOT)): lines
        for path in code
        if "migrations/versions" not in str(path)
        and (lines := len(path.read_text().splitlines())) > MOST_LINES
    }

    assert long == {}


def test_mypy_reads_every_module_that_checked_code_imports() -> None:
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    unread = [name for each in overrides if each["follow_imports"] == "skip" for name in each["module"]]
    read = {name for each in overrides if each["follow_imports"] == "normal" for name in each["module"]}
    families = [name for name in unread if name.count(".") > 1]  # such as diffusers.pipelines.*, not av.*

    imported = set().union(
        *(imports(path) for folder in CHECKED for path in sorted((ROOT / folder).rglob("*.py")))
    )

    assert families
    skipped = {name for name in imported for family in families if fnmatchcase(f"{name}.", family)}
    assert {name for name in skipped if not any(f"{name}.".startswith(f"{each}.") for each in read)} == set()


def imports(path: Path) -> set[str]:
    """Return the names of all modules that a file imports, also of modules behind a package's exports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            exported = exports(node.module)
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
            found |= {exported[each.name] for each in node.names if each.name in exported}
    return found


@cache
def exports(package: str) -> dict[str, str]:
    """Return the module from which a library's package imports each name; empty for other modules."""
    spec = find_spec(package) if "." not in package and package not in CHECKED else None
    if spec is None or not spec.origin or not spec.origin.endswith("__init__.py"):
        return {}
    return {
        each.asname or each.name: f"{package}.{node.module}"
        for node in ast.walk(ast.parse(Path(spec.origin).read_text()))
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
        for each in node.names
    }


def test_the_application_starts_without_the_networks(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "for name in ('torch', 'diffusers', 'transformers'):\n"
        "    sys.modules[name] = None\n"
        "from pathlib import Path\n"
        "from app import migrations\n"
        "from app.context import open_context\n"
        "from app.main import create_app\n"
        "from app.settings import Settings\n"
        "with open_context(Settings(_env_file=None, home=Path(sys.argv[1]))) as installation:\n"
        "    migrations.upgrade(installation.database)\n"
        "    print(len(create_app(installation).routes))\n"
    )

    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10


def test_nothing_committed_names_a_registry_or_a_path_of_a_machine() -> None:
    forbidden = re.compile(r"--index-url|--find-links|https?://[^\s\"']*pypi|/home/[a-z]+/|/root/")
    found = {
        str(path.relative_to(ROOT))
        for path in committed()
        if path.suffix in {".py", ".md", ".toml", ".txt", ".cfg", ".ini", ".yml", ".yaml", ".html", ".js", ""}
        and path != Path(__file__)
        and forbidden.search(path.read_text(errors="ignore"))
    }

    assert found == set()


def test_every_migration_states_why_and_what_it_locks() -> None:
    lines = ("Why: ", "Locks: ", "Works with the previous release: ")
    texts = {path.name: path.read_text() for path in (ROOT / "migrations/versions").glob("*.py")}

    assert [name for name, text in texts.items() if any(f"\n{line}" not in text for line in lines)] == []
