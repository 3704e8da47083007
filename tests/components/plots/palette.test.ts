import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {contrast, distance, VISIONS} from "../../../scripts/oklab.js";
import {paletteCss, paletteModule, SHADES as SHADES_MADE} from "../../../scripts/palette.js";
import {colourName, looksOf, SHADES} from "../../../src/components/plots/palette.js";
import {FAMILIES, type Family} from "../../../src/lib/technique/families.js";

const read = (name: string) => readFileSync(new URL(`../../../src/style/${name}`, import.meta.url), "utf8");
const palette = read("palette.css");
const schemes = read("tokens.css")
  .split("@media")
  .map((tokens, i) => `${tokens}\n${palette.split("@media")[i]}`);
const families = Object.keys(FAMILIES) as Family[];
const visions = Object.keys(VISIONS) as (keyof typeof VISIONS)[];
const shades = Array.from({length: SHADES}, (_, shade) => shade);

function colour(scheme: string, name: string): string {
  const found = new RegExp(`${name}: (#[0-9a-f]{6})`).exec(scheme)?.[1];
  if (found === undefined) throw new Error(`the style sheets have no ${name}`);
  return found;
}

/** Pairs of colours that are closer than `least`. */
function tooClose(
  scheme: string,
  names: readonly string[],
  vision: keyof typeof VISIONS,
  least: number,
): string[] {
  return names.flatMap((a, i) =>
    names
      .slice(i + 1)
      .filter((b) => distance(colour(scheme, a), colour(scheme, b), vision) < least)
      .map((b) => `${a} and ${b}`),
  );
}

test("the palette is what scripts/palette.ts makes: npx tsx scripts/palette.ts", () => {
  expect(palette).toBe(paletteCss());
  expect(readFileSync("src/components/plots/palette-colours.ts", "utf8")).toBe(paletteModule());
  expect(SHADES_MADE).toBe(SHADES);
});

describe.each([
  ["light", schemes[0]!],
  ["dark", schemes[1]!],
])("the palette in the %s scheme", (_, scheme) => {
  test.each(families)(
    "every shade of %s stands out from paper and panel as a mark must (3 : 1)",
    (family) => {
      for (const shade of shades) {
        for (const ground of ["--paper", "--panel"]) {
          const mark = colour(scheme, colourName({family, shade}));
          expect(contrast(mark, colour(scheme, ground))).toBeGreaterThanOrEqual(3);
        }
      }
    },
  );

  test.each(["ink", "ink-soft", "accent", "warn"])("%s can be read on paper and panel (4.5 : 1)", (name) => {
    for (const ground of ["--paper", "--panel"]) {
      expect(contrast(colour(scheme, `--${name}`), colour(scheme, ground))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(visions)("any two families can be told apart with %s vision", (vision) => {
    // More than three times what is just noticeable in OKLab (0.02).
    const names = families.map((family) => colourName({family}));
    expect(tooClose(scheme, names, vision, vision === "normal" ? 0.09 : 0.07)).toEqual([]);
  });

  test.each(visions)("the first four shades of a family can be told apart with %s vision", (vision) => {
    for (const family of families) {
      const names = shades.slice(0, 4).map((shade) => colourName({family, shade}));
      expect(tooClose(scheme, names, vision, 0.06)).toEqual([]);
    }
  });
});

describe("looksOf", () => {
  test("gives names of one family its shades in turn, and a name that comes again the same", () => {
    const looks = looksOf(
      ["a", "b", "a", "c"],
      (name) => name,
      (name) => (name === "b" ? "fp" : "int"),
    );
    expect([...looks]).toEqual([
      ["a", {family: "int", shade: 0}],
      ["b", {family: "fp", shade: 0}],
      ["c", {family: "int", shade: 1}],
    ]);
  });

  test("names a colour of the style sheet for any shade", () => {
    expect(colourName({family: "int"})).toBe("--family-int");
    expect(colourName({family: "int", shade: 2})).toBe("--family-int-2");
    expect(colourName({family: "int", shade: SHADES})).toBe("--family-int");
  });
});
