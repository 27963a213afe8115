"""The text in which a ticket type's item stores the quotas it shares: `id:shards,id:shards`.

Imports nothing slow: read paths use it.
"""


def quotas_text(quotas: dict[str, int]) -> str:
    """Returns the text for quotas and the number of shards of each."""
    return ",".join(f"{name}:{count}" for name, count in quotas.items())


def quotas_of(text: str | None) -> tuple[tuple[str, int], ...]:
    """Returns the quotas that a text names, with the number of shards of each; none for no text."""
    pairs = [entry.partition(":") for entry in (text or "").split(",") if entry]
    return tuple((name, int(count)) for name, _, count in pairs)
