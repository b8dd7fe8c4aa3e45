"""Creates, opens, pauses, closes and extends studies.

After a study was opened, each change creates a new version of the study's protocol.
"""
