"""Invitations: annotators join a study by a link, and may later withdraw themselves and their votes."""
