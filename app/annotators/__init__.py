"""Shows the figures and flags of a study's annotators. Owners can exclude annotators and must state why."""
