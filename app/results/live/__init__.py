"""Vote counts of a study: cached counters, tallies, vote rows and the recount."""
