"""LaTeX tables hold together whatever a model is called, and compile where a TeX is at hand."""

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest

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
    *("textbar", "times"),
}


def scored(name: str) -> ScoredVotes:
    """Two matchups against a model of that name, enough votes for every table to have rows."""
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


def latex(votes: ScoredVotes, name: TableName) -> str:
    stream = io.BytesIO()
    votes.write(name, TableFormat.LATEX, stream)
    return stream.getvalue().decode()


def without_escapes(text: str) -> str:
    return re.sub(r"\\[%&#_{}$]", "", text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", COMPUTED)
def test_a_table_is_whole_whatever_names_it_holds(name: str, kind: TableName) -> None:
    text = latex(scored(name), kind)
    columns = re.search(r"\\begin\{tabular\}\{([lr]+)\}", text)
    assert columns

    body = text.split("\\toprule\n")[1].split("\\bottomrule")[0].replace("\\midrule\n", "")
    lines = [without_escapes(line) for line in body.splitlines()]

    assert len(lines) > 1
    assert {line.count("&") + 1 for line in lines} == {len(columns[1])}
    assert all(line.endswith(" \\\\") for line in lines)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", COMPUTED)
def test_only_known_commands_stand_in_a_table_and_its_braces_close(name: str, kind: TableName) -> None:
    text = without_escapes(latex(scored(name), kind).replace("\\\\\n", "\n"))

    assert set(re.findall(r"\\([a-z]+)", text)) <= COMMANDS
    assert text.count("{") == text.count("}")
    assert text.count("$") % 2 == 0
    assert not re.search(r"[#_~^<>|]", re.sub(r"\$[^$]*\$", "", text))


def test_every_table_compiles(tmp_path: Path) -> None:
    program = shutil.which("pdflatex")
    if program is None or not _has_booktabs():
        pytest.skip("no pdflatex with booktabs here (Debian: texlive-latex-recommended)")
    tables = [latex(scored(name), kind) for name in NAMES for kind in COMPUTED]
    (tmp_path / "all.tex").write_text(
        "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage{booktabs}\\begin{document}\n"
        + "\\clearpage\n".join(tables)
        + "\\end{document}\n"
    )

    done = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
    )

    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


def _has_booktabs() -> bool:
    asked = subprocess.run(["kpsewhich", "booktabs.sty"], capture_output=True, check=False)
    return bool(asked.stdout.strip())
