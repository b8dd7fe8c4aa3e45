"""Voting: the next comparison, the vote, skip and undo."""
