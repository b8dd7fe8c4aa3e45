"""Statistics of preference votes: from tallies of comparisons to the tables of a paper.

Importing the package loads only numpy; functions that need scipy import it when they are called.
"""
