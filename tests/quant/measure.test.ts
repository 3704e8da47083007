import {expect, test} from "vitest";
import {packedBytes} from "../../src/lib/formats/format.js";
import {formats} from "../../src/lib/formats/registry.js";
import {largestMagnitude} from "../../src/lib/formats/tensor-scale.js";
import {measureByRows, measureFormat} from "../../src/lib/quant/measure.js";
import {gaussian} from "./helpers.js";

const x = gaussian(4, [40, 96]);
const amax = largestMagnitude(x);

test.each(
  Object.values(formats)
    .filter(({rows}) => rows !== undefined)
    .map((format) => [format.id, format] as const),
)("%s packs rows apart as it packs them together", (_, format) => {
  const whole = format.encode(x);
  const parts = [0, 16].map((row) => {
    const count = row === 0 ? 16 : 24;
    const data = x.data.subarray(96 * row, 96 * (row + count));
    return format.encode({shape: [count, 96], data}, {amax});
  });
  for (const [name, bytes] of Object.entries(whole.parts)) {
    if (name === "tensorScale") for (const part of parts) expect(part.parts[name]).toEqual(bytes);
    else expect([...parts[0].parts[name], ...parts[1].parts[name]]).toEqual([...bytes]);
  }
  expect(packedBytes(whole)).toBeGreaterThan(0);
});

test("measuring by rows gives what measuring the whole does", () => {
  const large = gaussian(5, [264, 2048]);
  for (const id of ["int4", "nvfp4", "razer", "q4_0", "nf4"]) {
    const whole = measureFormat(formats[id], large);
    const {bitsPerElement, partMses, ...errors} = measureByRows(formats[id], large, largestMagnitude(large));
    expect(bitsPerElement, id).toBe(whole.bitsPerElement);
    expect(partMses.length, id).toBeGreaterThan(1);
    for (const [name, value] of Object.entries(errors)) {
      expect(value / whole[name as keyof typeof errors], `${id} ${name}`).toBeCloseTo(1, 12);
    }
  }
});
