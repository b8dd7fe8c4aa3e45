"""Sends REST requests that read results; returns tables as bytes or as pandas data frames."""

import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from benchmark.client.paths import study_path
from benchmark.client.transport import Transport
from benchmark.protocol import NameStyle, TableFormat, TableName
from benchmark.wire.results import ResultsResponse
from benchmark.wire.study_comparison import StudyComparisonResponse

if TYPE_CHECKING:
    import pandas as pd


class ResultApi:
    """The methods of `client.results`. docs/tables.md explains every column."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, slug: str) -> ResultsResponse:
        """Return a study's scores and rates. The p-values are None until the study is closed."""
        return self._transport.get(f"{study_path(slug)}/results", ResultsResponse)

    def compare(self, slug: str, other: str) -> StudyComparisonResponse:
        """Compare the matchups and models that two studies share."""
        return self._transport.get(
            f"{study_path(slug)}/compare/{quote(other, safe='')}", StudyComparisonResponse
        )

    def table(self, slug: str, table: TableName = TableName.PREFERENCES) -> "pd.DataFrame":
        """Return a table as a pandas data frame, with the column types of the Parquet export."""
        import pandas as pd

        with self.export(slug, table, TableFormat.PARQUET) as chunks:
            return pd.read_parquet(io.BytesIO(b"".join(chunks)))

    def export(
        self,
        slug: str,
        table: TableName,
        file_format: TableFormat,
        *,
        columns: str = "",
        names: NameStyle = NameStyle.SLUGS,
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Stream a table as a file, chunk by chunk.

        Args:
            columns: the columns of Markdown and LaTeX tables, separated by commas, or `all`.
            names: the display names of sides in Markdown and LaTeX tables.
        """
        query = urlencode({"columns": columns, "names": names.value})
        return self._transport.stream(f"{study_path(slug)}/exports/{table}.{file_format}?{query}")
