"""The eight rows of Tables 2, 3, A1 and A2 of the paper (arXiv:2412.16153); the re-test repeats them."""

from dataclasses import dataclass

from benchmark.repro.paper_settings import Setting

Cell = tuple[str, str]


@dataclass(frozen=True)
class PaperRow:
    """One row of a table of the paper; each cell has the printed percentages of both sides, reference first.

    In the paper, the reference won every row.
    """

    table: str
    reference: Setting
    other: Setting
    ti2v_score: Cell
    image_alignment: Cell
    text_alignment: Cell
    object_motion: Cell
    overall_quality: Cell

    @property
    def name(self) -> str:
        return f"{self.reference}:{self.other}"


_S = Setting
PAPER_ROWS = (
    PaperRow(
        "2",
        _S.REFERENCE,
        _S.WITHOUT,
        ("63.1", "36.9"),
        ("10.3", "10.7"),
        ("34.9", "16.4"),
        ("32.9", "16.4"),
        ("18.2", "20.8"),
    ),
    PaperRow(
        "2",
        _S.REFERENCE,
        _S.INVERSE,
        ("61.9", "38.1"),
        ("7.6", "9.2"),
        ("34.8", "12.8"),
        ("34.9", "15.4"),
        ("14.3", "17.8"),
    ),
    PaperRow(
        "3",
        _S.WITHOUT,
        _S.BOTH,
        ("58.1", "41.9"),
        ("15.0", "14.6"),
        ("31.5", "21.7"),
        ("34.0", "21.6"),
        ("18.8", "19.3"),
    ),
    PaperRow(
        "3",
        _S.WITHOUT,
        _S.CX_ATTN,
        ("92.2", "7.8"),
        ("56.8", "5.3"),
        ("33.8", "3.8"),
        ("41.3", "4.5"),
        ("28.2", "5.7"),
    ),
    PaperRow(
        "A1",
        _S.REFERENCE,
        _S.SEGMENTS,
        ("58.8", "41.3"),
        ("11.4", "12.1"),
        ("34.0", "21.6"),
        ("31.2", "22.4"),
        ("15.0", "20.6"),
    ),
    PaperRow(
        "A2",
        _S.REFERENCE,
        _S.LAMBDA_HALF,
        ("66.6", "33.4"),
        ("10.0", "10.8"),
        ("37.3", "13.7"),
        ("39.8", "15.3"),
        ("19.4", "19.7"),
    ),
    PaperRow(
        "A2",
        _S.REFERENCE,
        _S.LAMBDA_2,
        ("63.8", "36.3"),
        ("12.4", "7.6"),
        ("33.0", "20.4"),
        ("31.7", "21.1"),
        ("27.5", "16.1"),
    ),
    PaperRow(
        "A2",
        _S.REFERENCE,
        _S.LAMBDA_5,
        ("65.6", "34.4"),
        ("15.2", "12.8"),
        ("39.7", "15.9"),
        ("36.8", "16.5"),
        ("23.1", "17.8"),
    ),
)
