"""Browse benchmarks as pictures: scenarios, pairs, and every model's clip of a pair side by side."""
