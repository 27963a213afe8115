"""What a mail looks like: one page around every mail's words, and the same words as plain text. Pure.

notifications/services/compose.py words the body; mail/services/prepare_mail.py puts it into the page when it is sent,
so that what waits in the table stays small. Styles are inline because several mail programs drop a style sheet; the
sheet only adds what inline styles cannot say, dark colours. Nothing is loaded from anywhere.
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
"""Tags of a body, as notifying writes them, and what they become. User text is escaped: it has no tags."""
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
    """What stands below a mail: why it came, and links (words, URL)."""

    reason: str
    links: Sequence[tuple[str, str]] = ()


def paragraphs(lines: Sequence[str]) -> str:
    """A body of plain lines, a paragraph each."""
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def button(label: str, url: str) -> str:
    """A link of its own line, drawn as a button. Raises MissingVariable for one that leads nowhere."""
    if not label or not url:
        raise MissingVariable("link")
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'


def links(items: Sequence[tuple[str, str]]) -> str:
    """A list of links (words, URL)."""
    listed = "".join(f'<li><a href="{escape(url)}">{escape(words)}</a></li>' for words, url in items)
    return f"<ul>{listed}</ul>"


def page(subject: str, body: str, foot: Foot, *, lang: str = "en") -> str:
    """The HTML of a mail."""
    shown = _TAG.sub(lambda found: _STYLES[found[0]], body)
    below = [f'<p style="margin:0 0 8px">{escape(foot.reason)}</p>']
    below += [
        f'<p style="margin:0 0 8px"><a style="color:#5f5666" href="{escape(url)}">{escape(words)}</a></p>'
        for words, url in foot.links
    ]
    return _PAGE.format(lang=escape(lang), subject=escape(subject), body=shown, foot="\n".join(below))


def plain(text: str, foot: Foot) -> str:
    """The same as plain text. The line before the foot is the signature mark that mail programs know (RFC 3676)."""
    below = [foot.reason, *(f"{words}: {url}" for words, url in foot.links)]
    return "\n".join([text.rstrip("\n"), "", "-- ", *below]) + "\n"
