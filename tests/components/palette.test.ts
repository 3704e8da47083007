import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {FAMILY_NAMES} from "../../src/components/plots/palette.js";

const css = readFileSync(new URL("../../src/style/tokens.css", import.meta.url), "utf8");
const [light, dark] = css.split("@media");
const families = Object.keys(FAMILY_NAMES);

function colour(scheme: string, name: string): string {
  const found = new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(scheme)?.[1];
  if (found === undefined) throw new Error(`tokens.css has no --${name}`);
  return found;
}

type Triple = readonly [number, number, number];

function linear(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2 relative luminance and contrast. */
const luminance = ([r, g, b]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Full dichromacy after Machado, Oliveira and Fernandes 2009, on linear RGB. */
const visions: Readonly<Record<string, readonly Triple[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(matrix: readonly Triple[], [r, g, b]: Triple): Triple {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  return matrix.map(([x, y, z]) => clamp(x * r + y * g + z * b)) as unknown as Triple;
}

/** OKLab after Ottosson 2020: distances in it are close to what the eye tells apart. */
function oklab([r, g, b]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const distance = (a: Triple, b: Triple) => Math.hypot(...a.map((value, i) => value - b[i]));

describe.each([
  ["light", light!],
  ["dark", dark!],
])("the palette in the %s scheme", (_, scheme) => {
  test.each(families)("%s stands out from the paper as a mark must (3 : 1)", (family) => {
    expect(contrast(colour(scheme, `family-${family}`), colour(scheme, "paper"))).toBeGreaterThanOrEqual(3);
  });

  test.each(["ink", "ink-soft", "accent", "warn"])("%s can be read on paper and panel (4.5 : 1)", (name) => {
    for (const ground of ["paper", "panel"]) {
      expect(contrast(colour(scheme, name), colour(scheme, ground))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(Object.keys(visions))("any two families can be told apart with %s vision", (vision) => {
    const labs = families.map((family) =>
      oklab(seen(visions[vision], linear(colour(scheme, `family-${family}`)))),
    );
    const pairs = labs.flatMap((a, i) =>
      labs
        .slice(i + 1)
        .map((b, j) => ({pair: `${families[i]} and ${families[i + 1 + j]}`, apart: distance(a, b)})),
    );
    // More than three times what is just noticeable in OKLab (0.02).
    expect(pairs.filter(({apart}) => apart < 0.07)).toEqual([]);
  });
});
