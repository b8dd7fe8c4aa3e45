"""Creates people and their keys over REST, lists both, and disables and enables people."""
