"""LaTeX tables are valid for all names of models; where TeX is installed, they compile."""

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmark.exports.layout import TableLayout
from benchmark.protocol import TableFormat, TableName
from benchmark.scoring import COMPUTED, ScoredVotes
from tests.benchmark.made_votes import panel, table, votes_of

NAMES = (
    r"50% & more_of #1 {~^} \input{x} $x^2$ <a>|b|",
    "[1] --- 'quoted' \"text\" `grave`",
    "*starred* " + "x" * 60,
    "",
)
COMMANDS = {
    *("usepackage", "begin", "end", "toprule", "midrule", "bottomrule", "textbf", "par", "smallskip"),
    *("footnotesize", "textbackslash", "textasciitilde", "textasciicircum", "textless", "textgreater"),
    *("textbar", "times", "endhead", "endfoot"),
}
LAYOUTS = {"compact": TableLayout(), "all columns": TableLayout(columns=("all",))}
by_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def scored(name: str) -> ScoredVotes:
    """Return two matchups against a model with this name, with enough votes for rows in every table."""
    rows = [
        row
        for other in (f"a{name}", f"b{name}")
        for index in range(12)
        for row in panel(
            for_reference=2 + index % 3,
            for_other=1 + index % 2,
            pair=f"pair{index} {name}",
            image=f"image{index // 2} {name}",
            scenario=f"scene{index % 6} {name}",
            other=other,
        )
    ]
    return ScoredVotes(votes_of(table(rows)))


def latex(votes: ScoredVotes, name: TableName, layout: TableLayout) -> str:
    stream = io.BytesIO()
    votes.write(name, TableFormat.LATEX, stream, layout=layout)
    return stream.getvalue().decode()


def without_escapes(text: str) -> str:
    return re.sub(r"\\[%&#_{}$]", "", text)


@by_layout
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", COMPUTED)
def test_a_table_is_complete_for_all_names(name: str, kind: TableName, layout: TableLayout) -> None:
    text = latex(scored(name), kind, layout)
    columns = re.search(r"\\begin\{(?:tabular|longtable)\}\{@\{\}([lr]+)@\{\}\}", text)
    assert columns

    ruled = text.split("\\toprule\n")[1].replace("\\endhead\n\\bottomrule\n\\endfoot\n", "")
    body = re.split(r"\\bottomrule|\\end\{longtable\}", ruled)[0].replace("\\midrule\n", "")
    lines = [without_escapes(line) for line in body.splitlines()]

    assert len(lines) > 1
    assert {line.count("&") + 1 for line in lines} == {len(columns[1])}
    assert all(line.endswith(" \\\\") for line in lines)


@by_layout
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", COMPUTED)
def test_only_known_commands_are_in_a_table_and_its_braces_close(
    name: str, kind: TableName, layout: TableLayout
) -> None:
    text = without_escapes(latex(scored(name), kind, layout).replace("\\\\\n", "\n"))

    assert set(re.findall(r"\\([a-z]+)", text)) <= COMMANDS
    assert text.count("{") == text.count("}")
    assert text.count("$") % 2 == 0
    assert not re.search(r"[#_~^<>|]", re.sub(r"\$[^$]*\$", "", text))


def test_every_table_compiles(tmp_path: Path) -> None:
    program = shutil.which("pdflatex")
    if program is None or not _has_packages():
        pytest.skip("no pdflatex with booktabs here (Debian: texlive-latex-recommended)")
    tables = [
        latex(scored(name), kind, layout)
        for name in NAMES
        for kind in COMPUTED
        for layout in LAYOUTS.values()
    ]
    compile_latex(program, "\\clearpage\n".join(tables), tmp_path)


def test_the_compact_preferences_fit_one_column_of_a_paper(tmp_path: Path) -> None:
    program = shutil.which("pdflatex")
    if program is None or not _has_packages():
        pytest.skip("no pdflatex with booktabs here (Debian: texlive-latex-recommended)")
    table = latex(scored("dynamicrafter"), TableName.PREFERENCES, TableLayout()).split("\\par")[0]
    width = f"\\newsavebox\\cell\\sbox\\cell{{\\small\n{table}}}\n\\typeout{{width \\the\\wd\\cell}}"

    printed = compile_latex(program, width, tmp_path)

    found = re.search(r"width ([0-9.]+)pt", printed)
    assert found
    assert 100 < float(found[1]) <= 237  # the width of a column at CVPR, in points


def compile_latex(program: str, body: str, folder: Path) -> str:
    (folder / "all.tex").write_text(
        "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage{booktabs,longtable}\n"
        f"\\begin{{document}}\n{body}\\end{{document}}\n"
    )
    finished = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"],
        cwd=folder,
        capture_output=True,
    )
    printed = finished.stdout.decode(errors="replace")
    assert finished.returncode == 0, printed[-2000:]
    return printed


def _has_packages() -> bool:
    files = ["booktabs.sty", "longtable.sty"]
    asked = subprocess.run(["kpsewhich", *files], capture_output=True, check=False)
    return len(asked.stdout.split()) == len(files)
