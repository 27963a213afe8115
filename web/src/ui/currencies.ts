// Currencies whose amounts are not hundredths, or not any number of them.
// Generated from chalicelib/core/money.py by `make openapi`; do not edit.

const DECIMALS = {
  BHD: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  JOD: 3,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  KWD: 3,
  MGA: 0,
  OMR: 3,
  PYG: 0,
  RWF: 0,
  TND: 3,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
};
const STEPS = { BHD: 10, ISK: 100, JOD: 10, KWD: 10, OMR: 10, TND: 10, UGX: 100 };

/** @param {string} currency @returns {number} decimals that the API's minor units of it stand for */
export function decimals(currency) {
  return DECIMALS[currency] ?? 2;
}

/** @param {string} currency @returns {number} what its amounts are multiples of, in minor units */
export function step(currency) {
  return STEPS[currency] ?? 1;
}
