// Shows what the push service brings while no page of ours is in sight, and opens the gate's page without a network. Served
// from the root, since its pages are below. It has neither sign-in nor storage of its own: what it is told is a title, where
// a click leads is for a page to find out, and what the gate needs that page has put on a shelf (js/gateoffline.js).
const GATE = /^\/events\/[^/.]+\/check-in$/;
const GATE_FILE =
  /^\/static\/r-[0-9a-f]{12}\/(?:js\/(?:camera|checkin|gate\w+|leaving|ticketcode)\.js|vendor\/qr\/\w+\.js|css\/gate\.css)$/;
const RELEASED = /^\/static\/r-[0-9a-f]{12}\//;
const PAGE = "/events/-/check-in";
const ANSWER_WITHIN_MS = 4_000;
const gates = new Set(); // ids of the tabs that show the gate; other pages' requests are none of our business

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(tell(event.data.json())));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(`/notifications?open=${encodeURIComponent(event.notification.data.id)}`));
});
self.addEventListener("pushsubscriptionchange", (event) => {
  // The server hears of the new one from the next page that is looked at (js/push.js).
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
  } else if (GATE_FILE.test(pathname) || (gates.has(event.clientId) && RELEASED.test(pathname))) {
    event.respondWith(gateFile(request));
  }
});

/** The newest page, so that a new release takes over; the one that was kept where the network or the server is away. */
async function gatePage(request) {
  const kept = await caches.match(PAGE, { ignoreVary: true });
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS));
  const answer = await Promise.race([fetch(request).catch(() => null), late]);
  return answer && answer.status < 500 ? answer : kept;
}

/** A file of a release never changes. */
async function gateFile(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** The same tag again replaces what is shown, so what arrives twice is seen once. */
async function tell({ id, tag, title }) {
  if ((await isInSight()) && !(await mustShow())) return; // the bell of that page has it
  await self.registration.showNotification(title, { tag, data: { id }, icon: "/favicon.svg", badge: "/favicon.svg" });
}

async function isInSight() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.some((page) => page.visibilityState === "visible");
}

/** Safari takes the permission away from whoever is pushed to and shows nothing. */
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
