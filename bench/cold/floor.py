"""The floor of a cold start: a minimal Lambda handler that signs one GetItem itself and uses only the standard library.
http.client imports ssl, which is necessary on AWS too.
"""

import hashlib
import hmac
import http.client
import json
import os
import time
from typing import Any
from urllib.parse import urlsplit


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Returns a 304 when the item's tag equals the client's, else a 200."""
    item = get_item(event["table"], event["key"])
    status = 304 if item.get("sessions_etag", {}).get("S") == event["tag"] else 200
    return {"statusCode": status, "headers": {"ETag": event["tag"]}, "body": ""}


def get_item(table: str, key: dict[str, Any]) -> dict[str, Any]:
    """Sends one signed GetItem (Signature Version 4) and returns the item, or an empty one."""
    url = urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    region = os.environ["AWS_REGION"]
    body = json.dumps({"TableName": table, "Key": key}).encode()
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": url.netloc,
        "x-amz-date": moment,
        "x-amz-target": "DynamoDB_20120810.GetItem",
    }
    signed = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{moment[:8]}/{region}/dynamodb/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in (moment[:8], region, "dynamodb", "aws4_request"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.new(secret, text.encode(), "sha256").hexdigest()
    access = os.environ["AWS_ACCESS_KEY_ID"]
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={signed}, Signature={signature}"
    )
    connection = http.client.HTTPConnection(url.netloc)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    found: dict[str, Any] = json.loads(answer.read()).get("Item", {})
    connection.close()
    return found
