// The script of the frame of every page. It comes before the first figure, so it only listens: the rest follows on demand.

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;

/** Gives the search of all pages to the button of the header and to the key `/`. */
function listenForSearch(button: HTMLElement): void {
  const open = async () => (await import("./search.js")).openSearch();
  button.hidden = false;
  button.onclick = open;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    event.preventDefault();
    open();
  });
}

const button = document.getElementById("search-button");
if (button !== null) listenForSearch(button);
// What this takes is loaded now: later there may be nobody to ask.
const offline = import("./offline.js");
addEventListener("unhandledrejection", async ({reason}) => (await offline).tellOffline(reason));
// Definitions come when the page has had time for its figures.
const define = () => import("./labels.js");
if ("requestIdleCallback" in window)
  addEventListener("load", () => requestIdleCallback(define, {timeout: 3000}));
else addEventListener("load", () => setTimeout(define, 500));
// Bars of the page may write this address anew before the figures are there.
const {search} = location;
import("./folds.js").then(({followAnchors, openFolds}) => {
  if (search.includes(".")) openFolds(search);
  followAnchors();
});
const {page} = document.documentElement.dataset;
if (page !== undefined) import("./embedded.js").then(({showOneFigure}) => showOneFigure(page));
