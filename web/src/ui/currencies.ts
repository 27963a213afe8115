// Currencies whose amounts are not hundredths, or not any number of them.
// Generated from chalicelib/core/money.py by `make openapi`; do not edit.

const DECIMALS: Record<string, number> = {
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
const STEPS: Record<string, number> = {
  BHD: 10,
  ISK: 100,
  JOD: 10,
  KWD: 10,
  OMR: 10,
  TND: 10,
  UGX: 100,
};

/** Returns the number of decimals that the API's minor units of a currency stand for. */
export function decimals(currency: string): number {
  return DECIMALS[currency] ?? 2;
}

/** Returns the number of minor units that amounts of a currency are multiples of. */
export function step(currency: string): number {
  return STEPS[currency] ?? 1;
}
