"""Contents of small reports, computed from given votes."""

from collections.abc import Sequence
from types import SimpleNamespace

from benchmark.report.contents import ReportContents
from tests.benchmark.made_votes import panel

PANELS = [(2, 1), (0, 3), (3, 0), (1, 2)]


def contents(
    *,
    title: str = "MotiF against Cinemo",
    slug: str = "demo",
    interim: bool = False,
    licence: str = "unknown",
    status: str = "valid",
    panels: Sequence[tuple[int, int]] = PANELS,
) -> ReportContents:
    rows = [
        row
        for index, (reference, other) in enumerate(panels)
        for row in panel(
            for_reference=reference,
            for_other=other,
            pair=f"pair{index}",
            scenario=f"scene{index % 2}",
            status=status,
        )
    ]
    unset = {"style": None, "hard_case": None, "protocol_version": 1}
    return ReportContents(
        slug=slug,
        title=title,
        interim=interim,
        protocol={"study": {"slug": slug}},
        names={"motif": "MotiF", "cinemo": "Cinemo"},
        pairs=[[f"pair{index}", "kite1", "0" * 64, "it rises", "1" * 64, "kite", "{}"] for index in range(4)],
        clips=[["motif", "1234", "pair0", "2" * 64, 1000, "h264", 64, 64, 8, 8.0, 1.0]],
        comparisons=[["motif:cinemo", f"pair{index}", 0] for index in range(4)],
        votes=lambda: iter([SimpleNamespace(**unset | row) for row in rows]),
        benchmark_licence="CC0-1.0",
        licence=licence,
    )
