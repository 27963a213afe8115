"""Wire structs of sales that are not domain objects: what a buyer sends, and reads with what is added to them."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import Order
from chalicelib.orders.domain.refund import RefundWish


class TicketTypeRead(TicketType, frozen=True, kw_only=True):
    """A ticket type with how many can be bought now."""

    available: int


class OrderRead(Order, frozen=True, kw_only=True):
    """An order; its staff also see why it needs a look. `mail_undelivered`: the mail with its tickets did not reach its
    buyer.
    """

    mail_undelivered: bool = False
    review_reason: str | None = None


class OrderMade(Order, frozen=True, kw_only=True):
    """A new order. Without an account, `access` is the secret to read it with; it is not shown again."""

    access: str | None = None


class CheckoutOpened(Struct, frozen=True, kw_only=True):
    """Where to pay."""

    checkout_url: Annotated[str, Meta(description="Stripe's pay page for this order")]


class ChargeList(Struct, frozen=True, kw_only=True):
    """The charges of an order."""

    items: list[Charge]
    next_cursor: str | None = None


class RefundWishList(Struct, frozen=True, kw_only=True):
    """The refunds of an order that were asked for."""

    items: list[RefundWish]
    next_cursor: str | None = None


class OnboardingStarted(Struct, frozen=True, kw_only=True):
    """A connected account and where its owner goes on."""

    account_id: str
    onboarding_url: Annotated[str, Meta(description="Stripe's page, good once")]
