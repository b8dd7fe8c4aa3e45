"""Shows the figures and flags of a study's annotators, and excludes annotators with a reason."""
