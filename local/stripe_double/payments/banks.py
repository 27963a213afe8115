"""Stripe's published test IBANs for SEPA direct debit (https://docs.stripe.com/payments/sepa-debit/accept-a-payment).

A debit takes days. In the double it succeeds or fails after `Settings.debit_after` seconds, or on command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .cards import DisputeKind, RefundCourse

DebitOutcome = Literal["succeeded", "failed"]


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A test account. `outcome` is the result of a debit, `times` is a factor for how long it takes."""

    number: str
    label: str
    outcome: DebitOutcome = "succeeded"
    times: int = 1
    dispute: DisputeKind | None = None
    refund: RefundCourse = "at_once"

    @property
    def country(self) -> str:
        """The country code, two letters."""
        return self.number[:2]

    @property
    def bank_code(self) -> str:
        """The bank's part of the number, as Stripe shows it."""
        return self.number[4:12]

    @property
    def last4(self) -> str:
        """The digits that may be displayed."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


BANKS: tuple[BankAccount, ...] = (
    BankAccount("DE89370400440532013000", "SEPA debit: on its way, then succeeds"),
    BankAccount("DE62370400440532013001", "SEPA debit: on its way, then fails", "failed"),
    BankAccount("DE08370400440532013003", "SEPA debit: takes long, then succeeds", times=36),
    BankAccount("DE78370400440532013004", "SEPA debit: takes long, then fails", "failed", times=36),
    BankAccount("DE35370400440532013002", "SEPA debit: succeeds, then disputed", dispute="chargeback"),
)
_ALSO_TAKEN: tuple[BankAccount, ...] = (
    BankAccount("AT611904300234573201", "succeeds"),
    BankAccount("AT321904300235473204", "takes long, then succeeds", times=36),
    BankAccount("AT861904300235473202", "fails", "failed"),
    BankAccount("AT051904300235473205", "takes long, then fails", "failed", times=36),
    BankAccount("IT60X0542811101000000123456", "fails", "failed"),
)
_BY_NUMBER = {bank.number: bank for bank in BANKS + _ALSO_TAKEN}


def find_bank(typed: str) -> BankAccount | None:
    """Returns the test account with this IBAN, or None."""
    return _BY_NUMBER.get(typed.replace(" ", "").replace("-", "").upper())
