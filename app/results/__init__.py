"""From counters to tables: preference scores on pages, over REST and as exports, by one code path."""
