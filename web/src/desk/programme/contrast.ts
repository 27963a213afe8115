// Whether a colour can be told from black or white text on it (WCAG 2.2, 1.4.3).

/** Returns the relative luminance of a colour `#rrggbb`, from 0 to 1. */
export function luminance(color: string): number {
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns the better contrast of a colour with black or white, and which of them. */
export function bestContrast(color: string): { ratio: number; text: "black" | "white" } {
  const light = luminance(color);
  const [black, white] = [(light + 0.05) / 0.05, 1.05 / (light + 0.05)];
  return black >= white ? { ratio: black, text: "black" } : { ratio: white, text: "white" };
}

/** Returns the contrast of a colour with the ground of the public pages, in light or dark. */
export function groundContrast(color: string, ground: "#fbf8f3" | "#16131a"): number {
  const [one, other] = [luminance(color), luminance(ground)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
