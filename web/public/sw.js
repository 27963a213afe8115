// The service worker: shows pushed notifications while no page of the site is visible, and serves the check-in page when
// there is no network. Its path is at the root, so that it controls all pages. It has no sign-in and no storage of its own:
// a push has a title and an id, the page /notifications finds out where a click leads, and the check-in page fills the cache
// (web/src/desk/check_in/keep-page.ts).
const GATE = /^\/events\/[^/.]+\/check-in$/;
/** What the check-in page alone loads, and the sign-out, which sends its scans first. */
const GATE_FILE =
  /^\/static\/r-[0-9a-f]{12}\/(?:js\/desk\/check_in\/[\w-]+\.js|js\/shared\/sign-out\.js|css\/gate\.css)$/;
/** The same of releases before the build: a device may have kept one's page, and gets this worker first. */
const OLD_GATE_FILE =
  /^\/static\/r-[0-9a-f]{12}\/(?:js\/(?:camera|checkin|gate\w+|leaving|ticketcode)\.js|vendor\/qr\/\w+\.js)$/;
const RELEASED = /^\/static\/r-[0-9a-f]{12}\//;
const PAGE = "/events/-/check-in";
const ANSWER_WITHIN_MS = 4_000;
const gates = new Set(); // ids of the tabs that show the check-in page; requests of other pages go to the network

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(`/notifications?open=${encodeURIComponent(event.notification.data.id)}`));
});
self.addEventListener("pushsubscriptionchange", (event) => {
  // The next page that somebody opens sends the new one to the server (web/src/account/push.ts).
  const options = event.oldSubscription?.options;
  if (options && !event.newSubscription) event.waitUntil(self.registration.pushManager.subscribe(options));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!GATE.test(pathname)) return;
    gates.add(event.resultingClientId);
    event.respondWith(gatePage(request));
  } else if (isOfGate(event.clientId, pathname)) {
    event.respondWith(gateFile(request));
  }
});

function isOfGate(client, pathname) {
  if (GATE_FILE.test(pathname) || OLD_GATE_FILE.test(pathname)) return true;
  return gates.has(client) && RELEASED.test(pathname);
}

/** Returns the server's page, so that a new release takes over; the kept one when the server fails or is late. */
async function gatePage(request) {
  const kept = await caches.match(PAGE, { ignoreVary: true });
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  return answer && answer.status < 500 ? answer : kept;
}

/** Returns the kept file, if there is one: a file of a release never changes. */
async function gateFile(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** Shows a notification. The same tag replaces what is shown, so what arrives twice is seen once. */
async function tell({ id, tag, title }) {
  if ((await isInSight()) && !(await mustShow())) return; // the bell of that page shows it
  await self.registration.showNotification(title, { tag, data: { id }, icon: "/favicon.svg", badge: "/favicon.svg" });
}

async function isInSight() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.some((page) => page.visibilityState === "visible");
}

/** Safari withdraws the permission of a site that shows nothing for a push. */
async function mustShow() {
  const subscription = await self.registration.pushManager.getSubscription();
  return Boolean(subscription && new URL(subscription.endpoint).hostname.endsWith(".push.apple.com"));
}

async function show(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const inbox = pages.find((page) => new URL(page.url).pathname === "/notifications");
  if (!inbox) return self.clients.openWindow(url);
  const focused = await inbox.focus();
  return focused.navigate(url);
}
