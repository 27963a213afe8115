"""Rules that say which files of the dependencies the layer leaves out. Called by infra/package/wheels.py; reads no
files.

Every rule is a path pattern below site-packages (`*` matches slashes too) and the reason why nothing needs the files.
tests/deploy/test_package.py verifies it: it looks for imports of dropped modules, and runs the product.
"""

import gzip
import json
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

SERVICES = {"apigatewaymanagementapi": "execute-api", "dynamodb": "dynamodb", "sesv2": "email"}
"""AWS services that the product calls through botocore: botocore's name, and the name in endpoints.json."""
STRIPE_PRODUCTS = (
    *("climate", "entitlements", "financial_connections", "forwarding", "identity", "issuing", "reporting", "sigma"),
    *("tax", "terminal", "treasury"),
)
"""Packages of `stripe` that it imports only when code uses them."""


class Rule(NamedTuple):
    """A pattern of paths to drop, and why that is safe."""

    pattern: str
    reason: str


DROPPED = (
    Rule("*.dist-info/[!M]*", "importlib.metadata and scanners read METADATA; the rest is for installers"),
    Rule("pycparser-*.dist-info/*", "its code is dropped below"),
    Rule("*.pyi", "for type checkers"),
    Rule("*/py.typed", "for type checkers"),
    Rule("*/tests/*", "tests of the libraries"),
    Rule("boto3/data/*", "boto3 resources: only clients are made"),
    Rule("boto3/examples/*", "texts of the manual"),
    Rule("botocore/cacert.pem", "certifi is here and goes first"),
    Rule("botocore/data/*/examples-1.json*", "texts of the manual"),
    Rule("cffi/*", "makes bindings when a library is built; at run time _cffi_backend does"),
    Rule("pycparser/*", "only cffi's maker of bindings reads C"),
    Rule("Crypto/SelfTest/*", "tests of pycryptodome"),
    Rule("Crypto/PublicKey/_ml*", "keys of ML-KEM and ML-DSA: push/adapters/encryption.py has keys of P-256 alone"),
    Rule("Crypto/Cipher/_[ASc]*.so", "stream ciphers: push/adapters/encryption.py encrypts by AES in GCM alone"),
    Rule("Crypto/Cipher/_raw_[bo]*", "block ciphers and modes, see above"),
    Rule("Crypto/Cipher/_raw_ca*", "see above"),
    Rule("Crypto/Cipher/_raw_eks*", "bcrypt"),
    Rule("Crypto/Hash/_[BRp]*.so", "hashes: push/adapters/encryption.py takes SHA-256"),
    Rule("Crypto/Hash/_k12*", "see above"),
    Rule("Crypto/Hash/_SHA224*", "see above"),
    Rule("Crypto/Hash/_SHA384*", "see above"),
    Rule("PIL/*", "reportlab wants it for raster images; tickets/pdf/draw.py does without"),
    Rule("pillow.libs/*", "see above"),
    Rule("pillow-*.dist-info/*", "see above"),
    Rule("fontpkg/*", "finds fonts by name; tickets/pdf/draw.py knows the one file"),
    Rule("fontpkg-*.dist-info/*", "see above"),
    Rule("fontpkg_noto_sans/files/*Italic*", "tickets have no italics"),
    Rule("reportlab/graphics/*", "charts and bar codes: tickets/pdf/draw.py draws on a canvas, with lines and text"),
    Rule("reportlab/platypus/*", "layout of long texts, see above"),
    Rule("reportlab/lib/codecharts.py", "tables of the manual"),
    Rule("reportlab/lib/corp.py", "reportlab's own logo"),
    Rule("reportlab/lib/pygments2xpre.py", "code in long texts"),
    Rule("reportlab/lib/testutils.py", "tests of reportlab"),
    Rule("reportlab/lib/validators.py", "attributes of charts"),
    Rule("reportlab/fonts/*", "fonts of the manual and of reportlab's charts"),
    Rule("dateutil/zoneinfo/*", "a second copy of the time zones; only tz.gettz opens it, which nothing calls"),
    Rule("humanize/locale/*", "other languages: nothing calls humanize.activate"),
    Rule("markupsafe/*.c", "source of the compiled module"),
    Rule("stripe/params/*", "types of parameters; imported under TYPE_CHECKING alone"),
    *(Rule(f"stripe/{name}/*", "a Stripe product of which no object reaches ours") for name in STRIPE_PRODUCTS),
    Rule("stripe/events/*", "thin events of Stripe's API v2, which the product does not receive"),
)
_DATA = "botocore/data/"
_ENDPOINTS = _DATA + "endpoints.json"


def keeps(path: str) -> bool:
    """Returns whether the layer contains this path of site-packages."""
    if path.startswith(_DATA) and not _is_used_data(path.removeprefix(_DATA)):
        return False
    return not any(fnmatchcase(path, rule.pattern) for rule in DROPPED)


def _is_used_data(path: str) -> bool:
    service, slash, _ = path.partition("/")
    return not slash or service in SERVICES


def slimmed(path: str, content: bytes) -> tuple[str, bytes]:
    """Returns path and content as they are in the layer: metadata and service descriptions without documentation, and
    endpoints.json without unused services.

    botocore reads endpoints.json (1.2 MB, 400 services) and two service descriptions at every cold start.
    """
    if path.endswith(".dist-info/METADATA"):
        return path, content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    if path == _ENDPOINTS:
        return path, _dumped(_used_endpoints(json.loads(content)))
    if path.startswith(_DATA) and path.endswith(".json.gz"):
        return path.removesuffix(".gz"), _dumped(_without_prose(json.loads(gzip.decompress(content))))
    return path, content


def _used_endpoints(endpoints: dict[str, Any]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in SERVICES.values() if name in services}
    return endpoints


def _without_prose(node: Any) -> Any:
    """Returns the tree without documentation. A member of a shape may have this name too; it is a table and stays."""
    if isinstance(node, dict):
        return {
            key: _without_prose(value)
            for key, value in node.items()
            if key != "documentation" or not isinstance(value, str)
        }
    return [_without_prose(one) for one in node] if isinstance(node, list) else node


def _dumped(tree: Any) -> bytes:
    return json.dumps(tree, separators=(",", ":")).encode()
