// Shows what the push service brings while no page of ours is in sight. Served from the root, since its pages are below.
// It has neither sign-in nor storage: what it is told is a title, and where a click leads is for a page to find out.

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
