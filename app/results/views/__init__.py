"""View builders of the results pages, one module per page or part."""
