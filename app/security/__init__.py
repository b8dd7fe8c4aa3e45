"""Authenticates people, decides what they may see and change, and refuses forged requests."""
