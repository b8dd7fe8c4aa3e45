"""Studies: create, open, pause, close, invite; a protocol freezes when its study opens."""
