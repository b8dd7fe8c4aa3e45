"""Jobs: which clips are to be generated, by whom, and how far they are."""
