// npx tsx scripts/palette.ts: writes src/style/palette.css and src/components/plots/palette-colours.ts, a hue a family of techniques and its shades.
import {writeFile} from "node:fs/promises";
import {pathToFileURL} from "node:url";
import {FAMILIES, type Family} from "../src/lib/technique/families.js";
import {contrast, fromOklch, hexOf, leastDistance, linearOf, oklab} from "./oklab.js";

/** Shades of a family: techniques of one family that stand in one figure. */
export const SHADES = 10;

/** The grounds that marks stand on, as in tokens.css. */
const GROUNDS = {light: ["#fdfcf9", "#f4f2ec"], dark: ["#15171b", "#1e2127"]} as const;
type Scheme = keyof typeof GROUNDS;

/**
 * A hue for every family. Any two are at least 0.07 apart in OKLab for four kinds of vision, and 0.09 for
 * normal vision, which leaves room for about a dozen: search anew with `leastDistance` where another one is needed.
 */
const HUES: Readonly<Record<Scheme, Readonly<Record<Family, string>>>> = {
  light: {
    baseline: "#5e646d",
    int: "#0a5eb7",
    fp: "#024119",
    codebook: "#6b5104",
    mx: "#be5dc5",
    nvfp4: "#d36d62",
    razer: "#480c8b",
    rounding: "#4a0834",
    layers: "#298894",
    tokens: "#b82343",
    "state-space": "#8d2c8f",
    decoding: "#8a70fc",
    sparse: "#2315c2",
    machine: "#76851a",
  },
  dark: {
    baseline: "#83888f",
    int: "#4c76a0",
    fp: "#09fdaa",
    codebook: "#f9cf6a",
    mx: "#e866c9",
    nvfp4: "#c68d5d",
    razer: "#a08efe",
    rounding: "#fda2ba",
    layers: "#57d4e6",
    tokens: "#d74542",
    "state-space": "#9c4bd0",
    decoding: "#c5f6fb",
    sparse: "#637afd",
    machine: "#a1b925",
  },
};

/** The style sheet: `--family-ID` for the first of a family, `--family-ID-1` and on for the others. */
export function paletteCss(): string {
  return `/* Made by scripts/palette.ts: colours of the families of techniques and their shades. */
:root {
${declarations("light", "  ")}
}

@media (prefers-color-scheme: dark) {
  :root {
${declarations("dark", "    ")}
  }
}
`;
}

/** The same colours as a module, for drawings that stand where the style sheet is not. */
export function paletteModule(): string {
  const lists = (scheme: Scheme) =>
    coloursOf(scheme)
      .map(([name, hex]) => `    ${JSON.stringify(name)}: "${hex}",\n`)
      .join("");
  const schemes = (["light", "dark"] as const)
    .map((scheme) => `  ${scheme}: {\n${lists(scheme)}  },\n`)
    .join("");
  return `// Made by scripts/palette.ts.

/** Colours of the families of techniques and their shades, by the names of their custom properties. */
export const COLOURS: Readonly<Record<"light" | "dark", Readonly<Record<string, string>>>> = {
${schemes}};
`;
}

const declarations = (scheme: Scheme, indent: string): string =>
  coloursOf(scheme)
    .map(([name, hex]) => `${indent}${name}: ${hex};`)
    .join("\n");

/** Names and colours of all families and their shades. */
function coloursOf(scheme: Scheme): (readonly [name: string, hex: string])[] {
  const families = Object.keys(FAMILIES) as Family[];
  return families.flatMap((family) =>
    shadesOf(HUES[scheme][family], scheme).map((hex, i) => [colourName(family, i), hex] as const),
  );
}

const colourName = (family: string, shade: number) => `--family-${family}${shade === 0 ? "" : `-${shade}`}`;

/** Shades of a hue, each as far as can be from those before it, whatever the vision, with a contrast of 3 : 1. */
function shadesOf(base: string, scheme: Scheme): string[] {
  const shades = [base];
  let rooms = candidatesOf(base, scheme).map((hex) => ({hex, room: leastDistance(hex, base)}));
  while (shades.length < SHADES) {
    const {hex} = rooms.reduce((best, each) => (each.room > best.room ? each : best));
    shades.push(hex);
    rooms = rooms.map((each) => ({...each, room: Math.min(each.room, leastDistance(each.hex, hex))}));
  }
  return shades;
}

/** Colours of nearly the same hue that stand out from both grounds. */
function candidatesOf(base: string, scheme: Scheme): string[] {
  const [, a, b] = oklab(linearOf(base));
  const hue = (Math.atan2(b, a) * 180) / Math.PI;
  const found: string[] = [];
  for (let lightness = 0.3; lightness <= 0.94; lightness += 0.02) {
    for (const strength of [0.5, 0.75, 1, 1.25]) {
      for (const turn of [-12, 0, 12]) {
        const hex = hexOf(fromOklch(lightness, strength * Math.hypot(a, b), hue + turn));
        if (hex && GROUNDS[scheme].every((ground) => contrast(hex, ground) >= 3)) found.push(hex);
      }
    }
  }
  return found;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFile(new URL("../src/style/palette.css", import.meta.url), paletteCss());
  await writeFile(new URL("../src/components/plots/palette-colours.ts", import.meta.url), paletteModule());
}
