// JSON in the storages of this browser. Other versions of the site and other tabs write there too, so callers check what
// they read.

export type StorageName = "localStorage" | "sessionStorage";

/** Reads JSON from a storage; null when absent, unreadable or forbidden. */
export function recall(storage: StorageName, key: string): unknown {
  try {
    return JSON.parse(window[storage].getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Reads a JSON object from a storage: its fields, none when it is absent or something else. */
export function recallFields(storage: StorageName, key: string): Record<string, unknown> {
  const found = recall(storage, key);
  return isRecord(found) ? found : {};
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes JSON to a storage, or removes it (null). Does nothing when the storage is full or forbidden. */
export function remember(storage: StorageName, key: string, value: unknown): void {
  try {
    if (value === null) window[storage].removeItem(key);
    else window[storage].setItem(key, JSON.stringify(value));
  } catch {
    // Private windows may refuse: the page works, it only remembers less.
  }
}
