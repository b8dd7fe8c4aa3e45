"""Results of a study: counts, tables, figures, pages, exports and the report."""
