"""Public HTML: templates, and functions that turn domain objects into pages. Called by website/render.py alone.

Knows nothing of requests, stores or time of day; everything a page shows is a parameter.
"""
