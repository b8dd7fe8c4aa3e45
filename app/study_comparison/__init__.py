"""Compares the results of two studies on one page and over REST."""
