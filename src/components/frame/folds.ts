/** How long figures may take to come, in milliseconds. */
const PATIENCE = 10_000;

/** The parts of a page that the parameters of an address set, by their prefixes. */
const partsOf = (search: string): string[] => [
  ...new Set([...new URLSearchParams(search).keys()].flatMap((name) => /^([^.]+)\./.exec(name)?.[1] ?? [])),
];

/** A selector of the folds that one of the parts stands in. */
const foldsAround = (parts: readonly string[]) =>
  parts
    .map((part) => CSS.escape(part))
    .map((part) => `details:has([data-figure="${part}"], [data-figure^="${part}."])`)
    .join(", ");

/** Opens each fold once whose content an address sets, as soon as it is there: what a link is about is in view. */
export function openFolds(search: string): void {
  const parts = partsOf(search);
  if (parts.length === 0) return;
  const opened = new Set<HTMLDetailsElement>();
  const look = () => {
    for (const fold of document.querySelectorAll<HTMLDetailsElement>(foldsAround(parts))) {
      if (!opened.has(fold)) fold.open = true;
      opened.add(fold);
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, {childList: true, subtree: true});
  look();
  setTimeout(() => observer.disconnect(), PATIENCE);
}

/** Opens the fold that an anchor names, or that it stands in; the browser opens neither a fold itself. */
function openFoldOf(anchor: string): void {
  const target = anchor === "" ? null : document.getElementById(decodeURIComponent(anchor));
  const fold = target?.closest("details");
  if (fold) fold.open = true;
}

/** Opens the fold that the address names, now and whenever a link of the page leads to one. */
export function followAnchors(): void {
  openFoldOf(location.hash.slice(1));
  addEventListener("click", ({target}) => {
    const link = (target as Element).closest<HTMLAnchorElement>("a[href^='#']");
    if (link) openFoldOf(link.hash.slice(1));
  });
}
