"""Imports: an archive in, an event out, and the report of what became of each record."""

from chalicelib import bootstrap
from chalicelib.api.endpoint import Routes
from chalicelib.api.requests import Answer, Contract, Request
from chalicelib.api.responses import conditional
from chalicelib.core.kinds import View
from chalicelib.representations.json_text import write_json
from chalicelib.representations.read import Found

routes = Routes(__name__)


@routes.post(
    "/v1/events/import",
    Contract(
        "Import an Open Event archive (application/zip, at most 4 MB)",
        auth="required",
        raw=True,
        creates=True,
        result="exchange.domain.import_job:ImportAccepted",
        status=202,
    ),
)
def accept_import(request: Request) -> Answer:
    """Keep the archive; the work is done by what its arrival starts."""
    content_type = request.header("content-type") or ""
    bootstrap.services().exchange.import_event.accept_import(
        request.raw_body, content_type=content_type, caller=request.caller, new_id=request.resource_id
    )
    return Answer(
        write_json({"import_id": request.resource_id}), 202, {"Location": f"/api/v1/imports/{request.resource_id}"}
    )


@routes.get("/v1/imports/{id}", Contract("Read an import", auth="required", result="exchange.domain.import_job:Import"))
def read_import(request: Request, id: str) -> Answer:
    """How far an import got, and its report."""
    job = bootstrap.services().exchange.import_event.read_import(id, caller=request.caller)
    return conditional(request, Found.made(job.etag, job.body), View.ALL)
