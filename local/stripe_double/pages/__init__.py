"""The pages of the double: pay, 3-D Secure, onboarding, receipt, control. Plain HTML and one style sheet, no script.

Called by server.py for every path that is neither the API nor the control.
"""

from __future__ import annotations

from .serving import Pages

__all__ = ["Pages"]
