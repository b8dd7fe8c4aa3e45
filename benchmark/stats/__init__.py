"""Statistics of preference votes: from one tally per comparison to what a paper prints.

Pure and light: importing it loads numpy and nothing heavier; scipy is loaded by the functions that need it.
"""
