import {html} from "htl";
import type MiniSearch from "minisearch";
import {failureText} from "../kit/text/failure-text.js";
import {SEARCH_OPTIONS, type SearchRecord} from "./search-record.js";

type Found = Pick<SearchRecord, "path" | "name" | "kind" | "about">;

const MOST_SHOWN = 12;

/** The address of the root of the site: it may stand below any path. */
const rootOf = (page: Document) =>
  new URL(page.querySelector<HTMLAnchorElement>("a.brand")?.getAttribute("href") ?? "./", location.href);

/** The index comes with the first search and not before. */
async function loadIndex(root: URL): Promise<MiniSearch<SearchRecord>> {
  const [{default: Index}, response] = await Promise.all([
    import("minisearch"),
    fetch(new URL("search.json", root)),
  ]);
  if (!response.ok) throw new Error(`search: the index must be there, got status ${response.status}`);
  const index = new Index(SEARCH_OPTIONS);
  index.addAll((await response.json()) as SearchRecord[]);
  return index;
}

const foundItem = ({path, name, kind, about}: Found, root: URL) =>
  html`<li><a href=${new URL(path, root).href}><strong>${name}</strong> <span class="kind">${kind}</span><br><span>${about}</span></a></li>`;

/** Moves the focus between the field and the results by the arrow keys. */
function moveFocus(dialog: HTMLElement, step: number): void {
  const stops = [...dialog.querySelectorAll<HTMLElement>("input, li a")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
}

function searchDialog(): HTMLDialogElement {
  const root = rootOf(document);
  const field =
    html`<input type="search" aria-label="Search" placeholder="A technique, a paper, a term, a page" autocomplete="off" spellcheck="false">` as HTMLInputElement;
  const status = html`<p role="status"></p>`;
  const list = html`<ul></ul>`;
  const dialog =
    html`<dialog id="search" aria-label="Search all pages"><form method="dialog">${field}<button>Close</button></form>${status}${list}</dialog>` as HTMLDialogElement;
  let index: Promise<MiniSearch<SearchRecord>> | undefined;
  const show = async () => {
    index ??= loadIndex(root);
    const query = field.value;
    const found = (await index).search(query) as unknown as Found[];
    if (query !== field.value) return;
    list.replaceChildren(...found.slice(0, MOST_SHOWN).map((each) => foundItem(each, root)));
    const more = found.length > MOST_SHOWN ? `, the best ${MOST_SHOWN} shown` : "";
    status.textContent = query.trim() === "" ? "" : `${found.length} found${more}`;
  };
  const showOrTell = () =>
    show().catch((failure: Error) => {
      index = undefined;
      status.textContent = `The search could not be loaded. ${failureText(failure)}`;
    });
  field.oninput = showOrTell;
  dialog.onclick = ({target}) => {
    // The dialog itself is touched where its ground is; a link leads on, maybe to a section of this very page.
    if (target === dialog || list.contains(target as Node)) dialog.close();
  };
  dialog.onkeydown = (event) => {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (step !== undefined) {
      event.preventDefault();
      moveFocus(dialog, step);
    } else if (event.key === "Enter" && event.target === field) {
      event.preventDefault();
      list.querySelector<HTMLAnchorElement>("a")?.click();
    }
  };
  return dialog;
}

let dialog: HTMLDialogElement | undefined;

/** Opens the search of all pages. */
export function openSearch(): void {
  dialog ??= document.body.appendChild(searchDialog());
  dialog.showModal();
}
