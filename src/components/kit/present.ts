import {html} from "htl";

/** The address of the root of the site, which may stand below any path. */
export const siteRoot = (): URL =>
  new URL(document.querySelector<HTMLAnchorElement>("a.brand")?.getAttribute("href") ?? "./", location.href);

/**
 * The address of a page of one figure in the state that `address` has. Such pages stand in one folder beside those of the
 * families, under the last part of their page's name.
 */
export function embedAddress(figure: string, address: URL, root: URL, isGuessed: boolean): string {
  const name =
    address.pathname
      .split("/")
      .at(-1)
      ?.replace(/\.html$/, "") || "index";
  const embed = new URL(`embed/${name}`, root);
  embed.search = address.search;
  if (isGuessed) embed.searchParams.set("guess", "skip");
  embed.searchParams.set("figure", figure);
  return embed.href;
}

/** Markup that shows an embedded page in another one. */
export const embedCode = (address: string, title: string): string =>
  `<iframe src="${escaped(address)}" title="${escaped(title)}" width="100%" height="620" loading="lazy" style="border: 0" allow="fullscreen; clipboard-write"></iframe>`;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** The markup that embeds a figure of this page as it stands. */
export function embedCodeOf(figure: string, title: string): string {
  const isGuessed = document.querySelector(".guess") !== null;
  return embedCode(embedAddress(figure, new URL(location.href), siteRoot(), isGuessed), title);
}

/** A button that shows an element on the whole screen, and back; none where the browser has no such thing. */
export function fullScreenButton(element: () => HTMLElement): HTMLElement | null {
  if (!document.fullscreenEnabled) return null;
  const button = html`<button type="button">Full screen</button>`;
  button.onclick = () =>
    document.fullscreenElement === null ? element().requestFullscreen() : document.exitFullscreen();
  document.addEventListener("fullscreenchange", () => {
    button.textContent = document.fullscreenElement === element() ? "Leave full screen" : "Full screen";
  });
  return button;
}
