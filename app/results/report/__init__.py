"""The bundle of a study: all that was shown, voted and computed, in one folder."""
