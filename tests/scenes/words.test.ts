import {describe, expect, test} from "vitest";
import {shapeFamilies} from "../../src/lib/scenes/grammar/registry.js";
import {drawValues, meanValues, phraseOf, sayable} from "../../src/lib/scenes/grammar/values.js";
import {boxOf, triangleCount} from "../../src/lib/scenes/mesh.js";
import {objectOf} from "../../src/lib/scenes/objects.js";
import {OUTSIDE} from "../../src/lib/scenes/outside.js";
import {COMPARING, qualityOf, referenceOf} from "../../src/lib/scenes/quality.js";
import {built, decodeText} from "../../src/lib/scenes/words/decode.js";
import {importanceOrder} from "../../src/lib/scenes/words/importance.js";
import {decodeOutline, encodeOutline, fittedTo, frontOutline} from "../../src/lib/scenes/words/outline.js";
import {asSaid, readText, textWithin} from "../../src/lib/scenes/words/text.js";
import {randomStream} from "../../src/lib/tensor/random.js";

const comparing = {...COMPARING, points: 1500};

describe.each(shapeFamilies.all.map((family) => [family.id, family] as const))("a %s", (_, family) => {
  const objects = Array.from({length: 8}, (_, i) => drawValues(family, randomStream(i, "test")));
  const names = family.attributes.map(({name}) => name);

  test("has a phrase of its own for each value", () => {
    const phrases = family.attributes.flatMap((attribute) =>
      sayable(attribute).map((value) => phraseOf(attribute, value)),
    );
    expect(new Set(phrases).size).toBe(phrases.length);
    expect(phrases.length).toBeGreaterThan(0);
  });

  test("comes back from its text, its measures within half a level", () => {
    for (const values of objects) {
      const {said} = readText(textWithin(family, values, names, 200));
      for (const attribute of family.attributes) {
        const error = Math.abs(said[attribute.name] - values[attribute.name]);
        const level = attribute.kind === "measure" ? (attribute.high - attribute.low) / 16 : 0;
        expect(error).toBeLessThanOrEqual(level * (1 + 1e-12));
      }
    }
  });

  test("is made of triangles with three corners, all of them in use", () => {
    for (const values of [...objects, meanValues(family)]) {
      const {positions, triangles} = family.build(values, 1);
      expect(boxOf(positions).size.every((edge) => edge > 0)).toBe(true);
      expect(new Set(triangles).size).toBe(positions.length / 3);
      const [a, b, c] = [0, 1, 2].map((corner) => triangles.filter((_, i) => i % 3 === corner));
      expect(a.some((vertex, t) => vertex === b[t] || vertex === c[t] || b[t] === c[t])).toBe(false);
    }
  });

  test("has one to fifty thousand triangles, as the tessellation is fine", () => {
    const count = (detail: number) => triangleCount(built(family, meanValues(family), detail));
    expect(count(3)).toBeGreaterThan(1000);
    expect(count(9)).toBeLessThan(50_000);
  });

  test("drops the least important words first", () => {
    const order = importanceOrder(family);
    const texts = [100, 30, 15, family.id.length].map((budget) =>
      textWithin(family, objects[0], order, budget),
    );
    for (const [i, text] of texts.slice(1).entries()) expect(texts[i].startsWith(text)).toBe(true);
    expect(texts[3]).toBe(family.id);
    expect(Object.keys(readText(texts[1]).said)).toEqual(order.slice(0, texts[1].split(",").length - 1));
  });
});

test("a text outside the grammar is refused with the phrases that are in it", () => {
  expect(() => readText("table, wooden")).toThrow(
    /readText: phrases of a table must be of square, .*got "wooden"/,
  );
  expect(() => readText("sofa")).toThrow("id must be one of table, chair");
});

test("what is not said is the mean, or drawn anew with each seed", () => {
  const [mean, again, one, other] = [
    decodeText("table, round", 1),
    decodeText("table, round", 1),
    decodeText("table, round", 1, 1),
    decodeText("table, round", 1, 2),
  ];
  expect(again).toEqual(mean);
  expect(one).not.toEqual(mean);
  expect(other).not.toEqual(one);
});

test("amplitude 0 is the grammar, and distance grows with it in every way", () => {
  const family = shapeFamilies.byId("chair");
  const making = {seed: 2, number: 1, detail: 2};
  const inside = objectOf(family, {...making, outside: "all", amplitude: 0});
  const text = built(family, asSaid(family, inside.values), 2);
  expect(qualityOf(referenceOf(inside.mesh, comparing), text).chamfer).toBeLessThan(0.04);
  for (const outside of OUTSIDE) {
    const errors = [0.1, 1].map((amplitude) => {
      const {mesh} = objectOf(family, {...making, outside, amplitude});
      return qualityOf(referenceOf(mesh, comparing), inside.mesh).chamfer;
    });
    expect(errors[1], outside).toBeGreaterThan(errors[0]);
  }
});

test("an outline comes back from its bytes, which are few, and pulls a mesh to it", () => {
  const family = shapeFamilies.byId("bottle");
  const {mesh, values} = objectOf(family, {seed: 3, number: 0, detail: 2, outside: "bend", amplitude: 0.3});
  const outline = frontOutline(mesh, 32);
  const bytes = encodeOutline(outline);
  expect(decodeOutline(bytes)).toEqual(outline);
  expect(bytes.length).toBeLessThan((32 * 32) / 8 / 3);
  const decoded = built(family, asSaid(family, values), 2);
  const reference = referenceOf(mesh, comparing);
  const [plain, fitted] = [decoded, fittedTo(decoded, outline)].map((each) => qualityOf(reference, each));
  expect(fitted.chamfer).toBeLessThan(0.8 * plain.chamfer);
});
