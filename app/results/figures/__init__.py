"""Figures of results as files: of a study, of one of its pairs, of a benchmark's scenarios."""
