// Addresses that lead to our own site.

/**
 * Returns the URL that a path from an address or from the server leads to, or null when that is not ours. Go to the
 * returned URL, never to a part of it: the path of `/.//host` on our own site is `//host`, which leads to another one.
 */
export function ownUrl(path: string, origin = location.origin): string | null {
  try {
    const target = new URL(path, origin);
    return path.startsWith("/") && target.origin === origin ? target.href : null;
  } catch {
    return null;
  }
}
