// JSON in the storages of this browser.
/** Read JSON from a storage; null when absent, unreadable or forbidden. */
export function recall(storage, key) {
  try {
    return JSON.parse(window[storage].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keep JSON in a storage, or remove it (null). A full or forbidden storage is no reason to fail. */
export function remember(storage, key, value) {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // Private windows may refuse: the page works, it only remembers less.
  }
}
