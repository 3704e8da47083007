import {describe, expect, test} from "vitest";
import {openTensors} from "../../src/lib/checkpoint/open-tensors.js";
import {readSample, SAMPLE_ELEMENTS} from "../../src/lib/checkpoint/sample.js";
import {ownFile} from "../../src/lib/experiments/formats/own-file.js";
import {oneFileFolder} from "../../src/lib/io/model-folder.js";
import type {ByteSource} from "../../src/lib/technique/opened-file.js";
import {elementCount} from "../../src/lib/tensor/tensor.js";

const CODES = Uint16Array.from({length: 128}, (_, i) => new Uint32Array(Float32Array.of(i).buffer)[0] >> 16);
/** As much of the file as is ever asked for at once, and a turn of the pattern more. */
const PATTERN = Uint16Array.from({length: 2 ** 18 + 128}, (_, i) => CODES[i % 128]);

/** A file of bfloat16 tensors of any size whose element i is i mod 128, none of it in memory. */
function virtualFile(shapes: Readonly<Record<string, readonly number[]>>): ByteSource & {most(): number} {
  let end = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const begin = end;
    end += 2 * elementCount(shape);
    return [name, {dtype: "BF16", shape, data_offsets: [begin, end]}];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const start = 8 + header.length;
  const head = new Uint8Array(start);
  new DataView(head.buffer).setBigUint64(0, BigInt(header.length), true);
  head.set(header, 8);
  let most = 0;
  return {
    size: start + end,
    most: () => most,
    async read(offset, length) {
      if (offset < start) return head.subarray(offset, offset + length);
      most = Math.max(most, length);
      const from = ((offset - start) / 2) % 128;
      return new Uint8Array(PATTERN.buffer, 2 * from, length);
    },
  };
}

const open = async (file: ByteSource) =>
  (await openTensors(oneFileFolder("large.safetensors", file))).tensors;

describe("a sample of a large tensor", () => {
  test.each([
    ["rows", [2_500_000, 4096], [4096, 4096]],
    ["rows of no power of two", [20_000_000, 1000], [16_768, 1000]],
    ["one long row", [2 ** 34], [SAMPLE_ELEMENTS]],
  ])("of %s is made of runs over all of it", async (_, shape, sampled) => {
    const file = virtualFile({w: shape});
    const x = await readSample("test", (await open(file)).get("w")!);
    expect(x.shape).toEqual(sampled);
    expect(x.data.length).toBe(elementCount(sampled));
    const columns = sampled.at(-1)!;
    expect(Array.from(x.data.subarray(0, 5))).toEqual([0, 1, 2, 3, 4]);
    expect(x.data[columns - 1]).toBe((columns - 1) % 128);
    expect(file.most()).toBeLessThanOrEqual(2 ** 19);
  });

  test("of a small one is all of it", async () => {
    const {shape} = await readSample("test", (await open(virtualFile({w: [3, 5]}))).get("w")!);
    expect(shape).toEqual([3, 5]);
  });

  test("is measured, says so, and leaves the rows of the others alone", async () => {
    const file = oneFileFolder("large.safetensors", virtualFile({huge: [10_000_000_000], small: [4]}));
    const rows = await ownFile.run({formats: ["int8_tensor"], file});
    expect(
      rows.map(({tensor, elements, measuredElements, note}) => [tensor, elements, measuredElements, note]),
    ).toEqual([
      ["huge", 1e10, SAMPLE_ELEMENTS, null],
      ["small", 4, 4, null],
    ]);
    for (const {sqnrDb} of rows) expect(sqnrDb).toBeGreaterThan(40);
  });
});
