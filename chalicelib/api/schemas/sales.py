"""Wire structs of sales that are not domain objects: bodies that buyers send, reads with additional fields."""

from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import Order
from chalicelib.orders.domain.refund import RefundWish


class TicketTypeRead(TicketType, frozen=True, kw_only=True):
    """A ticket type with how many tickets can be bought now."""

    available: int


class OrderRead(Order, frozen=True, kw_only=True):
    """An order. Staff also see why it needs a review. `mail_undelivered`: its buyer did not get the tickets by mail."""

    mail_undelivered: bool = False
    review_reason: str | None = None


class OrderMade(Order, frozen=True, kw_only=True):
    """A new order. Without an account, `access` is the secret for reading it; it is returned only here."""

    access: str | None = None


class CheckoutOpened(Struct, frozen=True, kw_only=True):
    """The page where the buyer pays."""

    checkout_url: Annotated[str, Meta(description="Stripe's pay page for this order")]


class ChargeList(Struct, frozen=True, kw_only=True):
    """The charges of an order."""

    items: list[Charge]
    next_cursor: str | None = None


class RefundWishList(Struct, frozen=True, kw_only=True):
    """The refunds that were requested for an order."""

    items: list[RefundWish]
    next_cursor: str | None = None


class OnboardingStarted(Struct, frozen=True, kw_only=True):
    """A connected account and the page where its owner continues."""

    account_id: str
    onboarding_url: Annotated[str, Meta(description="Stripe's page, good once")]
