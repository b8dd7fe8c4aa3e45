"""Computes the result tables of a study from the tallies (vote counts) of its comparisons.

Importing the package loads only numpy. Functions that need scipy import scipy when they are called.
"""
