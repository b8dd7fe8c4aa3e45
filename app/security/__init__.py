"""Who is asking, and whether the request may be trusted."""
