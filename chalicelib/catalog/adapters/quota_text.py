"""How the item of a ticket type keeps which quotas it shares: `id:shards,id:shards`. Light: read paths import it."""


def quotas_text(quotas: dict[str, int]) -> str:
    """The text for quotas and how many shards each has."""
    return ",".join(f"{name}:{count}" for name, count in quotas.items())


def quotas_of(text: str | None) -> tuple[tuple[str, int], ...]:
    """The quotas that such a text names; none for no text."""
    pairs = [entry.partition(":") for entry in (text or "").split(",") if entry]
    return tuple((name, int(count)) for name, _, count in pairs)
