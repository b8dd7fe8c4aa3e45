"""Makes gold questions from a lab's own clips.

A gold question shows a right clip next to a wrong clip: a frozen or reversed copy, or the clip of another
pair.
"""
