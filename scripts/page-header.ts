import type {SitePage} from "../src/components/frame/site-page.js";
import {HOME, PAGE_GROUPS, pageAt} from "../src/components/frame/site-pages.js";
import {escapeMarkup} from "../src/components/kit/text/markup.js";

const mark = `<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M3 3v18h18" fill="none" stroke="currentColor" stroke-width="2"/><path d="M6 6h4v6h5v4h6" fill="none" stroke="var(--accent)" stroke-width="2.5"/></svg>`;
const lens = `<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="M15 15l-4.5-4.5a4.2 4.2 0 1 0-6-6 4.2 4.2 0 0 0 6 6" fill="none" stroke="currentColor" stroke-width="1.8"/></svg>`;

function navItem({name, path}: SitePage, current: string): string {
  return `<li><a href="${path}"${path === current ? ` aria-current="page"` : ""}>${name}</a></li>`;
}

/**
 * The header of a page. A popover needs no script: on narrow screens the button opens it, on wide ones the style sheet
 * keeps it in view. What needs a script is hidden until the script is there.
 */
export function pageHeader({path}: {path: string}): string {
  const groups = PAGE_GROUPS.map(
    ({name, pages}) =>
      `<section><h2>${name}</h2><ul>${pages.map((page) => navItem(page, path)).join("")}</ul></section>`,
  );
  return `<a class="brand" href="/"${path === HOME.path ? ` aria-current="page"` : ""}>${mark}<span>Paretoscope</span></a>
<div class="header-tools"><button id="search-button" type="button" hidden aria-label="Search" aria-keyshortcuts="/">${lens}<span>Search</span><kbd>/</kbd></button>
<button id="theme" type="button" hidden>Auto</button></div>
<button class="menu-button" type="button" popovertarget="pages">Pages</button>
<nav id="pages" popover aria-label="Pages">${groups.join("")}</nav>`;
}

/** The head of a page: its icon, its description for search engines, and the scripts of the frame. */
export function pageHead({path}: {path: string}): string {
  const about = pageAt(path)?.about;
  return `<link rel="icon" href="/icon.svg" type="image/svg+xml">${
    about === undefined ? "" : `\n<meta name="description" content="${escapeMarkup(about)}">`
  }
<script src="/components/frame/theme.js"></script>
<script type="module" src="/components/frame/frame.js"></script>`;
}
