// Shows the page /offline when a page cannot be fetched. Kept on this device: that page and its styles and fonts
// (PARTS, named by the view that serves this file), never a page of anybody's, because devices are shared.

const PAGE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOlder().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return; // a form that was not sent: the browser itself offers to send it again
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => kept(PAGE)));
  else if (PARTS.includes(new URL(request.url).pathname)) {
    event.respondWith(fetch(request).catch(() => kept(request.url)));
  }
});

async function keep() {
  const store = await caches.open(STORE);
  await store.addAll([PAGE, ...PARTS].map((path) => new Request(path, { credentials: "omit", cache: "reload" })));
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name)));
}

async function kept(address) {
  return (await caches.match(address, { ignoreVary: true })) || Response.error();
}
