"""The layout of mails: one HTML page around every mail's body, and the same as plain text. Pure.

notifications/services/compose.py writes the body. mail/services/prepare_mail.py adds the page when the mail is sent, so
stored mails stay small. Styles are inline, because several mail programs drop a style sheet; the sheet adds only what
inline styles cannot express, the dark colours. Nothing is loaded from elsewhere.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from chalicelib.texts.fill import MissingVariable

_STYLES = {
    "<p>": '<p style="margin:0 0 16px">',
    "<ul>": '<ul style="margin:0 0 16px;padding:0 0 0 20px">',
    "<li>": '<li style="margin:0 0 8px">',
    "<p><a href=": '<p style="margin:24px 0"><a class="button" style="display:inline-block;padding:12px 20px;'
    'border-radius:8px;background:#8a1c3b;color:#ffffff;font-weight:600;text-decoration:none" href=',
}
"""Tags of a body and their replacements with styles. User text is escaped, so it has no tags."""
_TAG = re.compile("|".join(map(re.escape, sorted(_STYLES, key=len, reverse=True))))

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
@media (prefers-color-scheme: dark) {{
.ground {{ background: #16131a !important; }}
.sheet {{ background: #221e28 !important; color: #f3eef6 !important; }}
.foot, .foot a {{ color: #b9b0c2 !important; }}
.button {{ background: #ff9db5 !important; color: #2b0a14 !important; }}
}}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:#fbf8f3">
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:#fbf8f3"><tr>
<td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px"><tr>
<td class="sheet" style="padding:32px 28px;border-radius:12px;background:#ffffff;color:#231d29;
font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;text-align:left">
<p style="margin:0 0 24px;font-weight:700;letter-spacing:.02em">Marquee</p>
{body}
</td></tr><tr>
<td class="foot" style="padding:20px 28px;color:#5f5666;
font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;text-align:left">
{foot}
</td></tr></table>
</td></tr></table>
</body>
</html>
"""


class Foot(NamedTuple):
    """The footer of a mail: why it was sent, and links (label, URL)."""

    reason: str
    links: Sequence[tuple[str, str]] = ()


def paragraphs(lines: Sequence[str]) -> str:
    """Returns a body with one paragraph per line of plain text."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def button(label: str, url: str) -> str:
    """Returns a link in its own paragraph, shown as a button. Raises MissingVariable without a label or a URL."""
    if not label or not url:
        raise MissingVariable("link")
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'


def links(items: Sequence[tuple[str, str]]) -> str:
    """Returns a list of links (label, URL)."""
    listed = "".join(f'<li><a href="{escape(url)}">{escape(words)}</a></li>' for words, url in items)
    return f"<ul>{listed}</ul>"


def page(subject: str, body: str, foot: Foot, *, lang: str = "en") -> str:
    """Returns the HTML of a mail."""
    shown = _TAG.sub(lambda found: _STYLES[found[0]], body)
    below = [f'<p style="margin:0 0 8px">{escape(foot.reason)}</p>']
    below += [
        f'<p style="margin:0 0 8px"><a style="color:#5f5666" href="{escape(url)}">{escape(words)}</a></p>'
        for words, url in foot.links
    ]
    return _PAGE.format(lang=escape(lang), subject=escape(subject), body=shown, foot="\n".join(below))


def plain(text: str, foot: Foot) -> str:
    """Returns the plain text of a mail. The line before the footer is the usual signature separator (RFC 3676)."""
    below = [foot.reason, *(f"{words}: {url}" for words, url in foot.links)]
    return "\n".join([text.rstrip("\n"), "", "-- ", *below]) + "\n"
