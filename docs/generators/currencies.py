"""Generates web/public/js/currencies.js, the browser's table of currencies, from core/money.py. Called by
generate.py.
"""

import json

from chalicelib.core.money import CURRENCIES, decimals, step

USUAL_DECIMALS, USUAL_STEP = 2, 1
_MODULE = """// Currencies whose amounts are not hundredths, or not any number of them.
// Generated from chalicelib/core/money.py by `make openapi`; do not edit.

const DECIMALS = {decimals};
const STEPS = {steps};

/** @param {{string}} currency @returns {{number}} decimals that the API's minor units of it stand for */
export function decimals(currency) {{
  return DECIMALS[currency] ?? {usual_decimals};
}}

/** @param {{string}} currency @returns {{number}} what its amounts are multiples of, in minor units */
export function step(currency) {{
  return STEPS[currency] ?? {usual_step};
}}
"""


def module() -> str:
    """Returns the JavaScript module: tables of the currencies with unusual decimals or steps, and their lookup
    functions.
    """
    codes = sorted(CURRENCIES)
    return _MODULE.format(
        decimals=json.dumps({code: decimals(code) for code in codes if decimals(code) != USUAL_DECIMALS}),
        steps=json.dumps({code: step(code) for code in codes if step(code) != USUAL_STEP}),
        usual_decimals=USUAL_DECIMALS,
        usual_step=USUAL_STEP,
    )
