"""Invitations: annotators join a study by a link, and may withdraw with their votes."""
