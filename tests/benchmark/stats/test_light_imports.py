"""At its start, the server imports statistics and exports, but not pandas, scipy or pyarrow."""

import pkgutil
import subprocess
import sys

import benchmark.exports
import benchmark.stats

HEAVY = ("pandas", "scipy", "pyarrow", "matplotlib")


def test_importing_every_module_loads_numpy_and_nothing_heavier() -> None:
    modules = [
        module.name
        for package in (benchmark.stats, benchmark.exports)
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    ]
    program = (
        f"import sys, {', '.join(modules)}, benchmark.votes.validate, benchmark.cli.score; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
