// Addresses that lead to our own site.
/**
 * Where a path leads that came from an address or from the server. Go to what this gives, never to a part of it: the
 * path of `/.//host` on our own site is `//host`, which leads to another one.
 * @param {string} path @param {string} [origin] @returns {string | null} a URL of ours; null for what is none
 */
export function ownUrl(path, origin = location.origin) {
  try {
    const target = new URL(path, origin);
    return path.startsWith("/") && target.origin === origin ? target.href : null;
  } catch {
    return null;
  }
}
