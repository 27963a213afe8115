"""The pages people see: pay, receipt, control. Plain HTML and one style sheet, no script.

Called by double.py for every path that is not the API.
"""

from __future__ import annotations

from .serving import PayPages

__all__ = ["PayPages"]
