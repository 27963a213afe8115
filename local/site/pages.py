"""The HTML around the runner's own pages, without scripts. Used by `site` and `mailbox`."""

from __future__ import annotations

import html

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 0 }
article { border: 1px solid #8886; border-radius: .5rem; padding: 1rem; margin: 1rem 0 }
table { border-collapse: collapse } td, th { text-align: left; padding: .25rem 1rem .25rem 0; vertical-align: top }
pre { white-space: pre-wrap; overflow-wrap: anywhere } a { overflow-wrap: anywhere }
iframe { width: 100%; height: 24rem; border: 1px solid #8886; border-radius: .25rem; background: #fff }
button { font: inherit; padding: .4rem 1rem }
article form { display: inline-block; margin: .5rem .5rem 0 0 } .about { opacity: .8; margin: .25rem 0 }
"""


def page(title: str, body: str, policy: str) -> HTMLResponse:
    """Returns a whole document. `body` is HTML, `title` text. The page can load and run only what `policy` names."""
    name = html.escape(title)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}: Marquee local</title><style>{STYLE}</style></head>"
        f'<body><nav><a href="/_local/">Local runner</a></nav><main><h1>{name}</h1>{body}</main></body></html>'
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(text, headers=headers)
