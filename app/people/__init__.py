"""Creates, lists, disables and enables people, and creates and lists keys."""
