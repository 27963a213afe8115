"""How the import command reports the results of the records."""

from local.demo.importing import sentences


def line(source_id: str, outcome: str, reason: str) -> dict[str, str]:
    return {"kind": "sessions", "source_id": source_id, "outcome": outcome, "reason": reason}


def test_sentences_tell_what_is_said_of_many_records_once() -> None:
    report = [line(str(number), "mended", "not kept: city") for number in range(7)]
    report += [line("8", "refused", "deleted at source"), line("9", "taken", "")]
    assert sentences(report) == [
        "mended   sessions 0, 1, 2, 3, 4 and 2 more: not kept: city",
        "refused  sessions 8: deleted at source",
    ]
