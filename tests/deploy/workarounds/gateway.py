"""API Gateway: the import of REST APIs, the status of refused sockets, and the URL for pushes."""

import contextvars
import json
import os
from typing import Any

from ministack.services import apigateway as gateway_v2
from ministack.services import apigateway_v1 as rest
from ministack.services import lambda_svc

from tests.deploy.places import Places

_BINARY = "x-amazon-apigateway-binary-media-types"


def apply(places: Places) -> None:
    """Applies the workarounds of this module."""
    _import_rest_apis()
    _refuse_with_the_status_of_the_function()
    _tell_where_to_push(places)
    _send_the_first_payload_format()


def _import_rest_apis() -> None:
    """ImportRestApi and PutRestApi, which Chalice uses, ignore the OpenAPI document in their body. The emulator has a
    reader for CloudFormation; both operations use it here.
    """
    handle = rest.handle_request

    async def importing(method: str, path: str, headers: dict, body: bytes, query: dict) -> tuple:
        parts = path.strip("/").split("/")
        if (method, parts) == ("POST", ["restapis"]) and query.get("mode"):
            document = json.loads(body)
            return _answer(rest._import_rest_api(document), document, 201)
        if method == "PUT" and parts[0] == "restapis" and len(parts) == 2:
            document = json.loads(body)
            _overwrite(parts[1], document)
            return _answer(parts[1], document, 200)
        return await handle(method, path, headers, body, query)

    rest.handle_request = importing


def _overwrite(api: str, document: dict) -> None:
    resources = rest._resources[api]
    root = next(resource for resource in resources.values() if resource["path"] == "/")
    root["resourceMethods"] = {}
    rest._resources[api] = {root["id"]: root}
    for path, item in document["paths"].items():
        rest._import_path_item(api, path, item)


def _answer(api: str, document: dict, status: int) -> tuple:
    rest._rest_apis[api]["binaryMediaTypes"] = document.get(_BINARY, [])
    return rest._v1_response(rest._rest_api_view(rest._rest_apis[api]), status)


def _refuse_with_the_status_of_the_function() -> None:
    """When $connect is refused, AWS answers the upgrade with the function's status, but the emulator always
    with 403.
    """
    refused: contextvars.ContextVar[int] = contextvars.ContextVar("refused", default=0)
    invoke, handle = gateway_v2._invoke_ws_lambda, gateway_v2.handle_websocket

    async def noting(*arguments: Any, **more: Any) -> Any:
        answer = await invoke(*arguments, **more)
        if "CONNECT" in arguments:
            refused.set(int((answer or {}).get("statusCode", 200)))
        return answer

    async def telling(scope: dict, receive: Any, send: Any, *arguments: Any, **more: Any) -> None:
        async def tell(message: dict) -> None:
            if message["type"] == "websocket.close" and refused.get() >= 300:
                await send({"type": "websocket.http.response.start", "status": refused.get(), "headers": []})
                await send({"type": "websocket.http.response.body", "body": b""})
            else:
                await send(message)

        await handle(scope, receive, tell, *arguments, **more)

    gateway_v2._invoke_ws_lambda, gateway_v2.handle_websocket = noting, telling


def _tell_where_to_push(places: Places) -> None:
    """The product posts to https://DOMAIN/STAGE of the connection's event, which is impossible without TLS. So
    functions inherit the URL from the emulator as soon as there is a WebSocket API.
    """
    create = gateway_v2._create_api

    def creating(data: dict) -> tuple:
        answer = create(data)
        if data.get("protocolType") == "WEBSOCKET":
            place = places.api.format(api=json.loads(answer[2])["apiId"])
            os.environ["CONNECTIONS_ENDPOINT"] = f"{place}/api"
        return answer

    gateway_v2._create_api = creating


def _send_the_first_payload_format() -> None:
    """An HTTP API calls its function with payload format 2.0 whatever its integration says; Chalice reads only 1.0.
    docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    execute = lambda_svc._execute_function_with_config_scope

    def executing(function: dict, event: Any, *arguments: Any, **more: Any) -> dict:
        if isinstance(event, dict) and event.get("version") == "2.0" and "routeKey" in event:
            event = _first_format(event)
        return execute(function, event, *arguments, **more)

    lambda_svc._execute_function_with_config_scope = executing


def _first_format(event: dict) -> dict:
    context = event["requestContext"]
    resource = event["routeKey"].partition(" ")[2]
    path = f"/{context['stage']}{event['rawPath']}"
    query = event.get("queryStringParameters")
    return {
        "version": "1.0",
        "resource": resource,
        "path": path,
        "httpMethod": context["http"]["method"],
        "headers": event["headers"],
        "multiValueHeaders": {name: [value] for name, value in event["headers"].items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": query and {name: value.split(",") for name, value in query.items()},
        "requestContext": {
            **{name: context[name] for name in ("accountId", "apiId", "domainName", "requestId", "stage")},
            "httpMethod": context["http"]["method"],
            "identity": {name: context["http"][name] for name in ("sourceIp", "userAgent")},
            "path": path,
            "protocol": context["http"]["protocol"],
            "requestTime": context["time"],
            "requestTimeEpoch": context["timeEpoch"],
            "resourceId": None,
            "resourcePath": resource,
        },
        "pathParameters": event.get("pathParameters"),
        "stageVariables": None,
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }
