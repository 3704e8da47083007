import type {FormatFamily} from "../../lib/formats/format.js";

/** What a reader calls each family of formats; the colours are in the style sheet as `--family-<id>`. */
export const FAMILY_NAMES: Readonly<Record<FormatFamily, string>> = {
  baseline: "baseline",
  int: "integers",
  fp: "small floats",
  codebook: "codebooks",
  mx: "MX blocks",
  nvfp4: "NVFP4",
  razer: "RaZeR",
};

/**
 * Techniques that are no formats, by what a reader calls them. Each borrows the colour of a family of formats that
 * no figure shows beside it.
 */
export const TECHNIQUE_NAMES = {
  os: "output-stationary",
  ws: "weight-stationary",
  is: "input-stationary",
  hybrid: "hybrid array",
  reading: "long input, short output",
  writing: "short input, long output",
  sparse: "sparse",
  topk: "top-k attention",
  blocktopk: "block top-k attention",
  "token-butler": "TokenButler",
  quest: "Quest",
  "quest-released": "Quest as run by TokenButler's repository",
  h2o: "H2O",
  snapkv: "SnapKV",
  window: "sinks and a window",
  associative: "associative scan",
  chunked: "in chunks",
  naive: "naive chunks",
  kernel: "wasm kernel",
  "decoder-small": "small decoder",
  "decoder-large": "large decoder",
  "mamba1-small": "Mamba",
  "mamba2-small": "Mamba2",
  "int8-baseline": "static, dynamic, SmoothQuant",
  "int8-repair": "one repair by itself",
  quamba: "Quamba",
  quamba2: "Quamba2",
  shuffled: "tokens shuffled in each layer",
  svd: "SVD of single layers",
  "xkv-2": "xKV, 2 layers a group",
  "xkv-4": "xKV, 4 layers a group",
  "xkv-8": "xKV, 8 layers a group",
  minicache: "MiniCache",
  "minicache-released": "MiniCache as run by xKV's repository",
  "fewer-bits": "fewer bits",
  "shared-layers": "shared layers",
  "fewer-channels": "fewer channels",
  "fewer-tokens": "fewer tokens",
  "part-read": "read in part",
  combined: "two at once",
} as const;

/** What has a colour of its own on every page. */
export type Family = FormatFamily | keyof typeof TECHNIQUE_NAMES;

/** The name of a family for legends. */
export const familyName = (family: Family): string => ({...FAMILY_NAMES, ...TECHNIQUE_NAMES})[family];

/** The colours and the font that a figure drawn outside CSS takes from the page. */
export interface Theme {
  readonly ink: string;
  readonly inkSoft: string;
  readonly line: string;
  readonly paper: string;
  readonly accent: string;
  readonly font: string;
  readonly family: Readonly<Record<Family, string>>;
}

/** The theme in force now: it follows the reader's colour scheme. */
export function currentTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  const families = Object.keys({...FAMILY_NAMES, ...TECHNIQUE_NAMES}) as Family[];
  return {
    ink: value("--ink"),
    inkSoft: value("--ink-soft"),
    line: value("--line"),
    paper: value("--paper"),
    accent: value("--accent"),
    font: value("--sans-serif"),
    family: Object.fromEntries(families.map((id) => [id, value(`--family-${id}`)])) as Theme["family"],
  };
}

/** Calls back whenever the reader's colour scheme changes. */
export function onThemeChange(callback: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
