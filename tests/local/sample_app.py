"""A small Chalice app with one trigger of each kind, so that the runner is tested without the product."""

import json
import threading
import time

from chalice.app import Chalice, Cron, Rate, Response

app = Chalice("sample", configure_logs=False)
app.experimental_feature_flags.update(["WEBSOCKETS"])

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/sample-outbox/stream/local"
seen_batches: list[list[str]] = []
socket_events: list[dict] = []
timer_events: list[dict] = []
barrier = threading.Barrier(8)


@app.route("/v1/echo/{first}/{second}", methods=["GET", "HEAD", "POST", "PUT"], content_types=["*/*"])
def echo(first, second):
    return Response(app.current_request.to_original_event(), headers={"X-Request-Id": "own"})


@app.route("/v1/who/{name}")
def who(name):
    time.sleep(0.01)
    request = app.current_request
    return {"path": name, "seen": request.uri_params["name"], "request": app.lambda_context.aws_request_id}


@app.route("/v1/big/{size}", methods=["GET", "HEAD"])
def big(size):
    return Response("x" * int(size), headers={"ETag": '"strong"', "Content-Type": "text/plain"})


@app.route("/v1/cookies")
def cookies():
    return Response("", headers={"Set-Cookie": ["a=1", "b=2"]}, status_code=204)


@app.route("/v1/closed", methods=["GET"])
def closed():
    return Response("", headers={"WWW-Authenticate": "Bearer"}, status_code=401)


@app.route("/v1/not-modified", methods=["GET", "HEAD"])
def not_modified():
    return Response("", headers={"ETag": '"a"'}, status_code=304)


@app.route("/v1/bytes")
def wrong_bytes():
    return Response(b"bytes under a text type", headers={"Content-Type": "application/json"})


@app.route("/v1/image")
def image():
    return Response(b"\x89PNG", headers={"Content-Type": "image/png"})


@app.route("/v1/slow")
def slow():
    time.sleep(2)
    return {}


@app.route("/v1/crash")
def crash():
    raise RuntimeError("boom")


@app.route("/v1/shared", methods=["GET"], cors=True)
def shared():
    return {}


@app.route("/docs")
def docs():
    return Response("docs", headers={"Content-Type": "text/html"})


@app.route("/pages", methods=["GET", "HEAD"])
def start_page():
    return Response("<h1>start</h1>", headers={"Content-Type": "text/html"})


@app.route("/pages/e/{slug}")
def event_page(slug):
    return Response(f"<h1>{slug}</h1>", headers={"Content-Type": "text/html"})


@app.on_ws_connect()
def connect(event):
    socket_events.append(event.to_dict())
    query = event.to_dict().get("queryStringParameters") or {}
    if query.get("ticket") == "crash":
        raise RuntimeError("boom")
    return Response("", status_code=200 if query.get("ticket") == "good" else 401)


@app.on_ws_message()
def message(event):
    socket_events.append(event.to_dict())
    if event.body == "crash":
        raise RuntimeError("boom")


@app.on_ws_disconnect()
def disconnect(event):
    socket_events.append(event.to_dict())


@app.on_dynamodb_record(stream_arn=ARN, batch_size=10)
def outbox(event):
    records = event.to_dict()["Records"]
    seen_batches.append([record["dynamodb"]["Keys"]["id"]["S"] for record in records])
    json.dumps(records)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def every_minute(event):
    timer_events.append(event.to_dict())


@app.schedule(Cron(0, 3, "*", "*", "?", "*"))
def nightly(event):
    timer_events.append(event.to_dict())
