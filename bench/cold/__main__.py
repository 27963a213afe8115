"""One cold start, measured from outside: `python -m bench.cold FILE` imports what a Lambda function would, answers the
event in the file, and exits with 0 when the answer has the expected status.
"""

import json
import sys


def main(path: str) -> int:
    """Imports the handler and answers the event. Returns the exit code."""
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    sys.modules["cryptography"] = None  # type: ignore[assignment] # not in the Lambda package; test tools install it here
    if case["what"] == "floor":
        from bench.cold.floor import handler
    else:
        from app import app as handler  # type: ignore[assignment]
    answer = handler(case["event"], None)
    return 0 if answer["statusCode"] == case["status"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
