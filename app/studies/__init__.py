"""Creates, opens, pauses and closes studies. A study's protocol freezes when the study opens."""
