"""Invitations to studies: annotators join a study by a link, and may later leave and withdraw their votes."""
