"""Reads text, HTML and web addresses as an archive spells them into values that our wire types accept.

Called by exchange/open_event/record.py. Every reader takes any JSON value and returns (value, mend): the mend says in a
few words what was lost or guessed, and is empty for a value that only changed its spelling. No reader raises.
"""

import re
from html import escape, unescape
from urllib.parse import quote, urlsplit

import msgspec

from chalicelib.core import text as domain_text
from chalicelib.core.email_address import broken_rule
from chalicelib.core.text import Url

MAX_HTML = 40_000
MAX_RAW = 2 * MAX_HTML  # markup may be twice as long as what stays of it
_MAX_LINE = 8_000  # of raw text that may become a line of at most 500 characters
_MAX_URL = 4_000  # longer ones are refused by the wire type
_MAX_NESTING = 100  # sanitising takes time in the square of the nesting
_NOT_TEXT = "was not text and is left out"
_NOT_A_URL = "was not a web address and is left out"

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_FORMATTING = "a|abbr|b|big|br|code|div|em|font|h[1-6]|i|li|ol|p|s|small|span|strike|strong|sub|sup|tt|u|ul"
"""Elements that only change how a title looks. When all of its tags are in pairs, the text is HTML and not about HTML.
"""
_MARK = re.compile(rf"<(/?)({_FORMATTING})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BLOCKS = frozenset(("br", "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6"))
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|lt|gt|quot|apos|nbsp);", re.IGNORECASE)
_HTML = frozenset(
    re.findall(
        r"\w+",
        "a abbr address article aside audio b bdi bdo big blockquote body br button canvas caption center "
        "cite code col colgroup dd del details dfn dir div dl dt em embed fieldset figcaption figure font "
        "footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label "
        "legend li link main map mark menu meta nav nobr noframes noscript object ol optgroup option p param "
        "picture pre q rp rt ruby s samp script section select small source span strike strong style sub "
        "summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var "
        "video wbr",
    )
)
_ELEMENT = re.compile(r"<(/?)([a-z][a-z0-9]*)(?=[\s/>])(?:[^<>]*)>", re.IGNORECASE)
_LIKE_A_TAG = re.compile(r"<(/?)([a-z][^\s<>/]*)", re.IGNORECASE)
_ALONE = frozenset(("br", "hr", "img", "p", "li"))
"""Elements that show that a text is HTML, even without an end tag."""
_PART_OF_A_TAG = re.compile(r"<[^<>]*\Z")
_TAG = re.compile(r"<[^<>]*>")
_NESTING = re.compile(r"<(/?)(?!(?:br|hr|img|input|meta|link|wbr)\b)[a-z]", re.IGNORECASE)
_LOST = re.compile(r"<(script|iframe|img|video|audio|object|embed|table|form|svg)\b", re.IGNORECASE)
_RENAMED = re.compile(r"<(/?)(div|h[1256])\b", re.IGNORECASE)
_NEW_NAMES = {"div": "p", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4"}
_EMPTY = re.compile(r"<p>\s*</p>")

_SCHEME = re.compile(r"//+|(?:https?[:/]+)+", re.IGNORECASE)
_UNSAFE = re.compile(r"[\s<>\"']")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_][\w-]+")
_BARE = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[/?#:].*)?")
_FILE = re.compile(r"[^/]+\.(?:pdf|png|jpe?g|gif|svg|webp|pptx?|odp|docx?|mp[34]|zip|html?|txt|json)", re.IGNORECASE)
_HANDLE = re.compile(r"(?!(?:none|null|nil|na|n\.a\.?|no)$)@?[a-z0-9_][a-z0-9_.-]{1,38}", re.IGNORECASE)


def read_line(value: object, limit: int) -> tuple[str | None, str]:
    """Reads one line of plain text of at most `limit` characters. A number is read as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None, _NOT_TEXT
    raw = _spelled(value)
    if not raw:
        return None, _NOT_TEXT
    tidy = _CONTROLS.sub("", raw)
    found = ["lost its control characters"] if tidy != raw else []
    line, mend = _as_plain(tidy[:_MAX_LINE])
    found += [mend] if mend else []
    line = _CONTROLS.sub("", line)
    line = " ".join(domain_text.clean(line).split())
    if len(line) > limit or len(tidy) > _MAX_LINE:
        line = line[: limit - 1].rstrip() + "…"
        found.append(f"was cut to {limit} characters")
    return line or None, _joined(found)


def read_html(value: object) -> tuple[str, str]:
    """Reads HTML of at most MAX_HTML characters and sanitises it; empty when no text would show."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "", _NOT_TEXT
    raw = _spelled(value)
    tidy = _CONTROLS.sub("", raw)[:MAX_RAW]
    tidy = domain_text.with_text_escaped(_as_html(tidy))
    marked = _without_deep_markup(tidy)
    html = _EMPTY.sub("", _sanitised(_RENAMED.sub(lambda tag: f"<{tag[1]}{_NEW_NAMES[tag[2].lower()]}", marked)))
    limit = MAX_HTML
    while len(html) > MAX_HTML:
        html = _sanitised(_PART_OF_A_TAG.sub("", html[:limit]))
        limit -= MAX_HTML // 20
    found = ["lost its control characters"] if _CONTROLS.search(raw) else []
    found += ["lost its markup, which nested too deep"] if _nests_deep(tidy) else []
    found += [f"lost its {tag}" for tag in sorted({tag.lower() for tag in _LOST.findall(marked)})]
    found += [f"was cut to {MAX_HTML} characters"] if limit < MAX_HTML or len(raw) > MAX_RAW else []
    shows = _TAG.sub("", html).replace("&nbsp;", " ").strip()
    return (html if shows else ""), _joined(found)


def read_url(value: object, site: str = "") -> tuple[str | None, str]:
    """Reads a web address. With `site` (an address that ends in a slash), also the name of an account there."""
    if not isinstance(value, str):
        return None, _NOT_A_URL
    address = domain_text.clean(_CONTROLS.sub("", value[:_MAX_URL])).strip()
    scheme, mark, rest = address.partition("://")
    address = scheme.lower() + mark + rest
    if _is_url(address):
        return address, ""
    repaired = _repaired(address, site)
    return (repaired, "was completed to a web address") if _is_url(repaired) else (None, _NOT_A_URL)


def read_email(value: object) -> tuple[str | None, str]:
    """Reads an e-mail address."""
    text = value[:_MAX_URL] if isinstance(value, str) else ""
    address = domain_text.clean(_CONTROLS.sub("", text)).strip().removeprefix("mailto:")
    if broken_rule(address) is not None:
        return None, "was not an e-mail address and is left out"
    return address, ""


def shown(value: object) -> str:
    """Returns a value for a sentence of the report: short, on one line, quoted."""
    return f"'{read_line(value, 40)[0] or type(value).__name__}'"


def _spelled(value: str | float) -> str:
    """Returns the text, or the number as text; an empty text for numbers that are too long to print."""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    return str(value)


def _joined(found: list[str]) -> str:
    return " and ".join(found)


def _as_plain(line: str) -> tuple[str, str]:
    """Returns a line as plain text: HTML loses its markup, text about HTML stays as it is. Second, the mend."""
    marks = [(match[1] == "/", match[2].lower()) for match in _MARK.finditer(line)]
    if any(name != "br" for _, name in marks) and _are_paired(marks):
        spaced = _MARK.sub(lambda match: " " if match[2].lower() in _BLOCKS else "", line)
        return unescape(spaced), "lost its HTML"
    bare = _ENTITY.sub("", line)
    if bare != line and not any(mark in bare for mark in "&<>"):
        return unescape(line), "had its HTML entities read"
    return line, ""


def _are_paired(marks: list[tuple[bool, str]]) -> bool:
    """Whether every start tag has its end tag, in order."""
    opened = []
    for is_end, name in marks:
        if name == "br":
            continue
        if not is_end:
            opened.append(name)
        elif not opened or opened.pop() != name:
            return False
    return not opened


def _as_html(text: str) -> str:
    """Returns the text as HTML: what only looks like a tag (`vector<int>`) is escaped, and so is a plain text."""
    names = [(match[1] == "/", match[2].lower()) for match in _ELEMENT.finditer(text)]
    ends = {name for is_end, name in names if is_end}
    if not any(name in _HTML and (name in _ALONE or name in ends) for is_end, name in names if not is_end):
        return escape(text, quote=False).replace("&amp;", "&")
    ends |= {match[2].lower() for match in _LIKE_A_TAG.finditer(text) if match[1]}  # of office programs: <o:p></o:p>
    return _LIKE_A_TAG.sub(lambda tag: tag[0] if tag[2].lower() in _HTML | ends else "&lt;" + tag[0][1:], text)


def _nests_deep(html: str) -> bool:
    """Whether tags nest deeper than any person writes."""
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest > _MAX_NESTING


def _without_deep_markup(html: str) -> str:
    """Returns the HTML, or only its text when its tags nest too deep."""
    return " ".join(_TAG.sub(" ", html).split()) if _nests_deep(html) else html


def _sanitised(html: str) -> str:
    """Sanitises and cleans HTML until both agree: cleaning the text of an entity may require sanitising again."""
    for _ in range(3):
        safe = domain_text.sanitise(domain_text.clean(_CONTROLS.sub("", html)))
        html = domain_text.clean(_CONTROLS.sub("", safe))
        if html == safe:
            return html
    return ""


def _is_url(address: str) -> bool:
    """Whether our wire type accepts the address and it names a host on the internet."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return _fits(address, Url) and parts.port != 0 and _HOST.fullmatch(host.rstrip(".")) is not None
    except ValueError:
        return False


def _repaired(address: str, site: str) -> str:
    """Returns the address that was probably meant, or an empty text."""
    if scheme := _SCHEME.match(address):
        start = "http://" if address.startswith("http://") else "https://"
        return start + _UNSAFE.sub(lambda match: quote(match[0]), address[scheme.end() :])
    if site and _HANDLE.fullmatch(address) and not address.lower().startswith("www."):
        return site + address.removeprefix("@")
    return "https://" + address if _BARE.fullmatch(address) and not _FILE.fullmatch(address) else ""


def _fits(value: object, wire: object) -> bool:
    """Whether a wire type accepts the value."""
    try:
        msgspec.convert(value, type=wire)
    except msgspec.ValidationError:
        return False
    return True
