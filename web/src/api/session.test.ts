// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const SESSION = "marquee.session";
const ACCESS = "marquee.access";
const fetched = vi.fn();
let session: typeof import("./session.ts");

const DATES = { created_at: "2026-11-01T10:00:00Z", updated_at: "2026-11-01T10:00:00Z" };

function signedIn(access = "access-1", id = "ada", expires_in = 900) {
  const user = { id, name: id, email: `${id}@example.org`, verified: true, ...DATES };
  return { user, administrator: false, access_token: access, refresh_token: `refresh of ${access}`, expires_in };
}

function answer(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}

/** Returns the addresses and tokens that were posted. */
function posts(): [string, string][] {
  return fetched.mock.calls.map(([url, init]) => [url, JSON.parse(init.body).refresh_token]);
}

/** Writes what another tab would, and tells this one of it as browsers do. */
function writeElsewhere(value: object | null): void {
  const oldValue = localStorage.getItem(SESSION);
  const newValue = value && JSON.stringify(value);
  if (newValue) localStorage.setItem(SESSION, newValue);
  else localStorage.removeItem(SESSION);
  window.dispatchEvent(new StorageEvent("storage", { key: SESSION, oldValue, newValue }));
}

beforeEach(async () => {
  localStorage.clear();
  sessionStorage.clear();
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.resetModules();
  session = await import("./session.ts");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("who signed in is known, with an access token that needs no request", async () => {
  session.keep(signedIn());
  expect(session.user()).toMatchObject({ id: "ada", verified: true, administrator: false });
  expect(await session.accessToken()).toBe("access-1");
  expect(fetched).not.toHaveBeenCalled();
});

test("nobody is signed in without a session, or with one that cannot be read", async () => {
  for (const stored of [null, "{", "[]", '{"refresh_token": 1, "user": {"id": "ada"}}', '{"refresh_token": "a"}']) {
    if (stored !== null) localStorage.setItem(SESSION, stored);
    expect(session.user()).toBeNull();
    expect(await session.accessToken()).toBeNull();
  }
  expect(fetched).not.toHaveBeenCalled();
});

test("many callers share one refresh, and the next one may refresh again", async () => {
  session.keep(signedIn("old", "ada", 0));
  let settle: (response: Response) => void = () => {};
  fetched.mockReturnValueOnce(new Promise((resolve) => (settle = resolve)));
  const callers = [1, 2, 3].map(() => session.accessToken());
  settle(answer(signedIn("new", "ada", 0)));
  expect(await Promise.all(callers)).toEqual(["new", "new", "new"]);
  fetched.mockResolvedValueOnce(answer(signedIn("newer")));
  expect(await session.accessToken()).toBe("newer");
  expect(posts()).toEqual([
    ["/api/v1/auth/refresh", "refresh of old"],
    ["/api/v1/auth/refresh", "refresh of new"],
  ]);
});

test("a token that ends within half a minute is renewed before", async () => {
  vi.useFakeTimers();
  session.keep(signedIn("old"));
  vi.advanceTimersByTime(869_000);
  expect(await session.accessToken()).toBe("old");
  vi.advanceTimersByTime(2_000);
  fetched.mockResolvedValueOnce(answer(signedIn("new")));
  expect(await session.accessToken()).toBe("new");
});

test("the access token of somebody else is not used", async () => {
  session.keep(signedIn("of ada"));
  writeElsewhere({ refresh_token: "refresh of bob", user: { id: "bob" } });
  fetched.mockResolvedValueOnce(answer(signedIn("of bob", "bob")));
  expect(await session.accessToken()).toBe("of bob");
});

test("a refresh inside the lock takes the token that another tab left", async () => {
  session.keep(signedIn("old", "ada", 0));
  const request = async (_name: string, work: () => Promise<unknown>) => {
    const stored = { refresh_token: "refresh of another tab", user: { id: "ada" } };
    localStorage.setItem(SESSION, JSON.stringify(stored));
    return work();
  };
  vi.stubGlobal("navigator", { locks: { request } });
  fetched.mockResolvedValueOnce(answer(signedIn("new")));
  await session.accessToken();
  expect(posts()).toEqual([["/api/v1/auth/refresh", "refresh of another tab"]]);
});

test("a refused refresh signs out and tells of it", async () => {
  const changes: unknown[] = [];
  session.keep(signedIn("old", "ada", 0));
  session.onChange((person) => changes.push(person));
  fetched.mockResolvedValueOnce(answer({}, 401));
  expect(await session.accessToken()).toBeNull();
  expect(session.user()).toBeNull();
  expect(changes).toEqual([null]);
});

test("a refused refresh leaves a sign-in that another tab made meanwhile", async () => {
  session.keep(signedIn("old", "ada", 0));
  fetched.mockImplementationOnce(async () => {
    writeElsewhere({ refresh_token: "newest", user: { id: "ada" } });
    return answer({}, 401);
  });
  expect(await session.accessToken()).toBeNull();
  expect(session.user()?.id).toBe("ada");
});

test("a refresh that fails keeps the sign-in, and can be tried again", async () => {
  session.keep(signedIn("old", "ada", 0));
  fetched.mockResolvedValueOnce(answer({}, 503));
  await expect(session.accessToken()).rejects.toThrow("503");
  fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  await expect(session.accessToken()).rejects.toThrow("Failed to fetch");
  expect(session.user()?.id).toBe("ada");
  fetched.mockResolvedValueOnce(answer(signedIn("new")));
  expect(await session.accessToken()).toBe("new");
});

test("who signs out while a refresh is under way stays signed out, on the server too", async () => {
  session.keep(signedIn("old", "ada", 0));
  fetched.mockImplementationOnce(async () => {
    session.forget();
    return answer(signedIn("new"));
  });
  fetched.mockResolvedValueOnce(answer({}));
  expect(await session.accessToken()).toBeNull();
  expect(session.user()).toBeNull();
  expect(posts()[1]).toEqual(["/api/v1/auth/sign-out", "refresh of new"]);
});

test("a refresh does not replace somebody else who signed in meanwhile", async () => {
  session.keep(signedIn("of ada", "ada", 0));
  fetched.mockImplementationOnce(async () => {
    writeElsewhere({ refresh_token: "refresh of bob", user: { id: "bob" } });
    return answer(signedIn("new"));
  });
  fetched.mockResolvedValueOnce(answer({}));
  expect(await session.accessToken()).toBeNull();
  expect(session.user()?.id).toBe("bob");
  expect(posts()[1]).toEqual(["/api/v1/auth/sign-out", "refresh of new"]);
});

test("a sign-out forgets both tokens at once, even when the server cannot be reached", () => {
  session.keep(signedIn());
  fetched.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  session.signOut();
  expect(session.user()).toBeNull();
  expect(sessionStorage.getItem(ACCESS)).toBeNull();
  expect(posts()).toEqual([["/api/v1/auth/sign-out", "refresh of access-1"]]);
  expect(fetched.mock.calls[0]?.[1].keepalive).toBe(true);
});

test("a sign-out and a sign-in in another tab are told of, a renewal there is not", () => {
  const changes: (string | undefined)[] = [];
  session.keep(signedIn());
  session.onChange((person) => changes.push(person?.id));
  writeElsewhere({ refresh_token: "renewed", user: { id: "ada" } });
  expect(changes).toEqual([]);
  writeElsewhere(null);
  writeElsewhere({ refresh_token: "of bob", user: { id: "bob" } });
  expect(changes).toEqual([undefined, "bob"]);
});
