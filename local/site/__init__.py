"""The runner's own pages and doubles, under /_local/."""
