"""Statistics of preference votes: computes the tables of a paper from the tallies of comparisons.

Importing the package loads only numpy. Functions that need scipy import it when they are called.
"""
