"""Vote tables: read, validated and stored as columns."""
