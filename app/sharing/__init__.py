"""Sets who sees a benchmark, submission or study: only its owner, some people, or everybody."""
