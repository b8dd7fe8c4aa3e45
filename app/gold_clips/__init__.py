"""Makes gold questions from a lab's own clips: frozen, reversed and wrong-pair clips."""
