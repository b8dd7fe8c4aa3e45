"""Creates, opens, pauses and closes studies; a study's protocol freezes when the study opens."""
