// Colours in numbers: luminance, contrast, distances as the eye tells them apart, and colour blindness.

import {smallest} from "../src/lib/stats/extent.js";

export type Triple = readonly [number, number, number];

/** Linear RGB of `#rrggbb`. */
export function linearOf(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** `#rrggbb` of linear RGB, or undefined where a screen cannot show it. */
export function hexOf(linear: Triple): string | undefined {
  if (linear.some((value) => value < 0 || value > 1)) return undefined;
  const channel = (value: number) =>
    Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
  return `#${linear.map((value) => channel(value).toString(16).padStart(2, "0")).join("")}`;
}

/** Contrast of two colours by WCAG 2, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const luminance = ([red, green, blue]: Triple) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const [low, high] = [luminance(linearOf(a)), luminance(linearOf(b))].sort((x, y) => x - y) as [
    number,
    number,
  ];
  return (high + 0.05) / (low + 0.05);
}

/** Normal vision, and full dichromacy after Machado, Oliveira and Fernandes 2009, on linear RGB. */
export const VISIONS = {
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
} as const satisfies Readonly<Record<string, readonly Triple[]>>;

/** Linear RGB as somebody with that vision sees it. */
export function seenWith(vision: keyof typeof VISIONS, [red, green, blue]: Triple): Triple {
  const clamp = (value: number) => Math.min(1, Math.max(0, value));
  const [r, g, b] = VISIONS[vision].map(([x, y, z]) => clamp(x * red + y * green + z * blue));
  return [r!, g!, b!];
}

/** OKLab of linear RGB, after Ottosson 2020. */
export function oklab([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Linear RGB of a lightness, a chroma and a hue in degrees: the way back from OKLab. */
export function fromOklch(lightness: number, chroma: number, hue: number): Triple {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

/** Distance of two colours in OKLab with that vision; 0.02 is just noticeable. */
export function distance(a: string, b: string, vision: keyof typeof VISIONS = "normal"): number {
  const [x, y] = [a, b].map((hex) => oklab(seenWith(vision, linearOf(hex)))) as [Triple, Triple];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

/** The least distance over all visions. */
export function leastDistance(a: string, b: string): number {
  return smallest((Object.keys(VISIONS) as (keyof typeof VISIONS)[]).map((vision) => distance(a, b, vision)));
}
