import {colourName, type Look} from "./palette.js";

/** The colours and the font that a figure drawn outside CSS takes from the page. */
export interface Theme {
  readonly ink: string;
  readonly inkSoft: string;
  readonly line: string;
  readonly paper: string;
  readonly accent: string;
  readonly font: string;
  readonly colour: (look: Look) => string;
}

/** The theme in force now: it follows the reader's colour scheme. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: value("--ink"),
    inkSoft: value("--ink-soft"),
    line: value("--line"),
    paper: value("--paper"),
    accent: value("--accent"),
    font: value("--sans-serif"),
    colour: (look) => value(colourName(look)),
  };
}

/** Calls back whenever the colour scheme changes, by the system or by the switch of the page, until the returned function ends it. */
export function onThemeChange(callback: () => void): () => void {
  const ending = new AbortController();
  const {signal} = ending;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback, {signal});
  document.addEventListener("themechange", callback, {signal});
  return () => ending.abort();
}
