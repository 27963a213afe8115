"""Generates web/src/ui/currencies.ts, the browser's table of currencies, from core/money.py. Called by generate.py."""

from chalicelib.core.money import CURRENCIES, decimals, step

USUAL_DECIMALS, USUAL_STEP = 2, 1
_MODULE = """// Currencies whose amounts are not hundredths, or not any number of them.
// Generated from chalicelib/core/money.py by `make openapi`; do not edit.

const DECIMALS: Record<string, number> = {decimals};
const STEPS: Record<string, number> = {steps};

/** Returns the number of decimals that the API's minor units of a currency stand for. */
export function decimals(currency: string): number {{
  return DECIMALS[currency] ?? {usual_decimals};
}}

/** Returns the number of minor units that amounts of a currency are multiples of. */
export function step(currency: string): number {{
  return STEPS[currency] ?? {usual_step};
}}
"""


def module() -> str:
    """Returns the TypeScript module: tables of the currencies with unusual decimals or steps, and their lookup
    functions.
    """
    codes = sorted(CURRENCIES)
    return _MODULE.format(
        decimals=_record({code: decimals(code) for code in codes if decimals(code) != USUAL_DECIMALS}),
        steps=_record({code: step(code) for code in codes if step(code) != USUAL_STEP}),
        usual_decimals=USUAL_DECIMALS,
        usual_step=USUAL_STEP,
    )


def _record(values: dict[str, int]) -> str:
    """Returns an object literal as Biome formats it: one entry a line."""
    return "{\n" + "".join(f"  {code}: {number},\n" for code, number in values.items()) + "}"
