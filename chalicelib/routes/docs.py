"""Routes of the API's documentation: the OpenAPI document, and a page that shows it."""

import json
from functools import cache
from typing import Any

from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import as_found
from chalicelib.representations.read import Found

routes = Routes(__name__)


@routes.get("/v1/openapi.json", Contract("Read the OpenAPI document"))
def read_openapi(request: Request) -> Answer:
    """Returns the document. Each process makes it once, since it changes only with a release."""
    found = _document()
    return conditional(request, found, View.PUBLIC)


@routes.get("/docs", Contract("Read the API documentation", content_type="text/html"))
def read_docs(request: Request) -> Answer:
    """Returns the OpenAPI document as a page."""
    answer = conditional(request, _page(), View.PUBLIC, content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    return answer


@cache
def _document() -> Found:
    return as_found(json.dumps(_describe(), ensure_ascii=False))


@cache
def _page() -> Found:
    from chalicelib.website.pages.reference import render

    return as_found(render(_describe()))


def _describe() -> dict[str, Any]:
    """Returns the document of all routes. It registers them first, because this process may have
    registered few so far.
    """
    from chalicelib.api.openapi import document

    routes.current_app.register_all()
    return document()
