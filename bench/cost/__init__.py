"""What a month costs: `python -m bench.cost`."""
