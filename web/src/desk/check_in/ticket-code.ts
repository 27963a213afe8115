// Ticket codes as people type and paste them. The same rule as parse_code in chalicelib/tickets/domain/ticket.py; a test gives
// both the same codes (tests/property/test_gate_agreement.py).
const CODE = /^([0-7][0-9A-HJKMNP-TV-Z]{25})([1-9][0-9]{0,2})([0-9A-HJKMNP-TV-Z]{26})$/;
const MOST_CHARACTERS = 200;
const WIDE = 0xfee0; // how far the full-width form of a letter or digit is from the plain one
const MISTAKEN: Record<string, string> = { O: "0", I: "1", L: "1", "\u0130": "1", "\u0131": "1" };
const READ = new Map(Object.entries(MISTAKEN));
for (const one of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  const meant = MISTAKEN[one.toUpperCase()] ?? one.toUpperCase();
  READ.set(one, meant).set(String.fromCharCode(one.charCodeAt(0) + WIDE), meant);
}

/**
 * Returns the code as its QR code has it; null for what is no code. Only letters and digits count: dashes and blanks of any
 * kind may stand anywhere or be missing.
 */
export function readCode(text: string): string | null {
  if ([...text].length > MOST_CHARACTERS) return null;
  const found = CODE.exec(Array.from(text, (one) => READ.get(one) ?? "").join(""));
  return found ? found.slice(1).join("-") : null;
}
