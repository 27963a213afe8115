"""Adds to a transaction the change of a ticket type's terms: its quotas, and whether it has a waiting list.

Every shard of the type stores the number of its terms, and tickets are only taken while this is the number that the
order read (stock.py). So an order that does not know a new quota fails. A type without quotas has no extra cost.
"""

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import StockItem, TicketTypeItem
from chalicelib.catalog.adapters.quota_text import quotas_text
from chalicelib.catalog.adapters.stock import stock_name, terms_are
from chalicelib.catalog.ports import StoredTicketType


def change_terms(
    transaction: Transaction,
    event_id: str,
    stored: StoredTicketType,
    *,
    quotas: dict[str, int],
    waiting: bool,
    unsold: bool = False,
) -> None:
    """Gives a type new terms, on the condition that they did not change since it was read. With `unsold` nothing of it
    may be sold or held; an order that knew only the old terms fails after this.
    """
    new = stored.terms + 1
    item = TicketTypeItem(*catalog_keys.ticket_type(event_id, stored.id))
    actions: list[Action] = [TicketTypeItem.terms.set(new), TicketTypeItem.waiting.set(waiting)]
    actions.append(TicketTypeItem.quotas.set(quotas_text(quotas)))
    same = terms_are(TicketTypeItem, stored.terms) & (TicketTypeItem.shards == stored.shards)
    transaction.update("terms", item, actions, TicketTypeItem.pk.exists() & same)
    for number in range(stored.shards):
        place = stored.id, number
        condition: Condition = StockItem.pk.exists()
        if unsold:
            condition &= (StockItem.held == 0) & (StockItem.sold == 0)
        awaited: Action = StockItem.awaited_in.set(event_id) if waiting else StockItem.awaited_in.remove()
        renewed: list[Action] = [StockItem.terms.set(new), awaited]
        transaction.update(stock_name(place), StockItem(*catalog_keys.stock(*place)), renewed, condition)
