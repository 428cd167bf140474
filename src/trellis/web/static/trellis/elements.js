// Small behaviour on top of pages that already work without it.

// Keeps the page "You are offline" at hand, and no other page: see offline.js.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});

// Close an open account menu on Escape or a click outside.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus(document.body);
});
document.addEventListener("click", (event) => closeMenus(event.target));

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
}

// In a strip of tabs that scrolls, bring the current one into sight.
for (const current of document.querySelectorAll(".tabs [aria-current], .wz-menu [aria-current], .views.scroll [aria-current]")) {
  const strip = current.closest(".tabs, .wz-menu ul, .views.scroll");
  if (strip.scrollWidth > strip.clientWidth) strip.scrollLeft += current.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - current.offsetWidth) / 2;
}
