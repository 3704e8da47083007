import {expect, test} from "vitest";
import {mxfp4, mxfp6E2m3, mxfp8E4m3, mxint8} from "../../src/lib/formats/mx/mx.js";
import {tensor} from "../../src/lib/tensor/tensor.js";
import {builtFile, useSite} from "./site.js";

const site = useSite();
const shape = [33, 70];

/** Values of all sizes, signs and ties, made from integers so that every engine makes the same. */
function awkwardValues(): number[] {
  let state = 12345;
  return Array.from({length: shape[0] * shape[1]}, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const magnitude = (state >>> 8) * 2 ** ((i % 40) - 44);
    return Math.fround(i % 7 === 0 ? 0 : state & 1 ? -magnitude : magnitude);
  });
}

test("packed bytes are the same in Node and in the browser", async () => {
  const formats = {mxfp4, mxfp6E2m3, mxfp8E4m3, mxint8};
  const values = awkwardValues();
  const inNode = Object.values(formats).map((format) => {
    const {parts} = format.encode(tensor(values, shape));
    return Object.fromEntries(Object.entries(parts).map(([role, bytes]) => [role, Array.from(bytes)]));
  });
  const {page, close} = await site.open("");
  const address = site.url(builtFile("_import/lib/formats/mx/mx.js"));
  const given = JSON.stringify({names: Object.keys(formats), values, shape});
  // As text, since the test runner rewrites an import that it sees.
  const inBrowser = await page.evaluate(`(async ({names, values, shape}) => {
    const library = await import(${JSON.stringify(address)});
    return names.map((name) => {
      const {parts} = library[name].encode({shape, data: Float32Array.from(values)});
      return Object.fromEntries(Object.entries(parts).map(([role, bytes]) => [role, Array.from(bytes)]));
    });
  })(${given})`);
  expect(inBrowser).toEqual(inNode);
  await close();
});
