"""Public HTML: render.py finds and stores pages, pages/ has the templates and the functions that fill them.

The functions in pages/ know no requests, stores or time of day; everything that a page shows is a parameter.
"""
