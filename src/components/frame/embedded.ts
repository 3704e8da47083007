import {html} from "htl";

/** The element of a figure by its name; names may come from a stranger's address. */
const figureOf = (name: string) => document.querySelector<HTMLElement>(`[data-figure="${CSS.escape(name)}"]`);

/** Marks a figure and what it stands in; the style sheet shows nothing else. */
function show(figure: HTMLElement): void {
  figure.classList.add("embed-shown");
  for (let at: HTMLElement | null = figure; at !== null; at = at.parentElement) {
    at.classList.add("embed-path");
    if (at instanceof HTMLDetailsElement) at.open = true;
  }
}

/** The page itself, in the state of the address. */
function sourceLink(page: string): HTMLElement {
  const source = new URL(`../${page.replace(/(^|\/)index$/, "$1")}`, location.href);
  source.search = location.search;
  source.searchParams.delete("figure");
  return html`<p class="embed-source"><a href=${source.href} target="_blank" rel="noopener">Paretoscope: the whole page, in this state</a></p>`;
}

/** Shows one figure of a page alone: that of the address, or the first that there is. */
export function showOneFigure(page: string): void {
  const name = new URLSearchParams(location.search).get("figure");
  const link = sourceLink(page);
  document.querySelector("main")?.append(link);
  const find = () => (name === null ? document.querySelector<HTMLElement>("[data-figure]") : figureOf(name));
  const observer = new MutationObserver(() => look());
  const look = () => {
    const figure = find();
    if (figure === null) return;
    observer.disconnect();
    show(figure);
  };
  observer.observe(document.body, {childList: true, subtree: true});
  look();
  setTimeout(() => {
    if (find() === null)
      link.prepend(html`<span role="alert">This page has no figure ${name ?? ""}. </span>`);
  }, 10_000);
}
