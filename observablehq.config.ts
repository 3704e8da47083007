interface NavPage {
  readonly name: string;
  readonly path: string;
}

/** The pages by family, in reading order: what the navigation shows. */
const families: readonly {readonly name: string; readonly pages: readonly NavPage[]}[] = [
  {
    name: "Number formats",
    pages: [
      {name: "Codes and codebooks", path: "/formats/number-formats"},
      {name: "Block scaling", path: "/formats/block-scaling"},
      {name: "Choose a format", path: "/formats/choose"},
    ],
  },
  {
    name: "Models",
    pages: [
      {name: "Formats on a working model", path: "/models/formats-on-a-working-model"},
      {name: "Inside the model", path: "/models/inside-the-model"},
    ],
  },
  {
    name: "Caches",
    pages: [
      {name: "Small caches", path: "/kv/small-caches"},
      {name: "Sharing across layers", path: "/kv/sharing-across-layers"},
      {name: "Which tokens matter", path: "/kv/which-tokens-matter"},
      {name: "How long a context?", path: "/kv/how-long-a-context"},
    ],
  },
  {
    name: "State-space models",
    pages: [
      {name: "The scan", path: "/ssm/the-scan"},
      {name: "Quantizing a state-space model", path: "/ssm/quantizing"},
      {name: "State against cache", path: "/ssm/state-against-cache"},
    ],
  },
  {
    name: "Accelerators",
    pages: [
      {name: "Compose", path: "/accelerators/compose"},
      {name: "Roofline", path: "/accelerators/roofline"},
      {name: "Systolic array", path: "/accelerators/systolic-array"},
      {name: "Edge accelerator", path: "/accelerators/edge-accelerator"},
      {name: "Sparse slices", path: "/accelerators/sparse-slices"},
      {name: "Test-time compute", path: "/accelerators/test-time-compute"},
    ],
  },
  {
    name: "Ledger",
    pages: [
      {name: "Claims", path: "/claims"},
      {name: "Speed", path: "/benchmarks"},
    ],
  },
];

const mark = `<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M3 3v18h18" fill="none" stroke="currentColor" stroke-width="2"/><path d="M6 6h4v6h5v4h6" fill="none" stroke="var(--accent)" stroke-width="2.5"/></svg>`;

function navItem({name, path}: NavPage, current: string): string {
  return `<li><a href="${path}"${path === current ? ` aria-current="page"` : ""}>${name}</a></li>`;
}

/** A popover needs no script: on narrow screens the button opens it, on wide ones the style sheet keeps it in view. */
function header({path}: {path: string}): string {
  const groups = families.map(
    ({name, pages}) =>
      `<section><h2>${name}</h2><ul>${pages.map((page) => navItem(page, path)).join("")}</ul></section>`,
  );
  return `<a class="brand" href="/"${path === "/index" ? ` aria-current="page"` : ""}>${mark}<span>Paretoscope</span></a>
<button class="menu-button" type="button" popovertarget="pages">Pages</button>
<nav id="pages" popover aria-label="Pages">${groups.join("")}</nav>`;
}

export default {
  root: "src",
  // The build script has it built beside the finished site, which stays whole meanwhile.
  output: process.env.PARETOSCOPE_SITE ?? "site",
  title: "Paretoscope",
  style: "style.css",
  // The default is a font from another origin; nothing on a page may leave this one.
  globalStylesheets: [],
  head: `<link rel="icon" href="/icon.svg" type="image/svg+xml">`,
  header,
  footer: "Paretoscope: every number is measured, modelled or reported, and says which.",
  sidebar: false,
  toc: false,
  pager: false,
  search: false,
};
