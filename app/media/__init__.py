"""Clips, renditions and input images: stored, checked and cut to what an annotator may see.

Nothing here knows HTTP or the database. Whatever reads bytes from outside runs in the sandbox (`sandbox.py`).
"""
