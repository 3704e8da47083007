/** Every quantization method on families far from Llama: the same function before rounding, or refused by name. */

import {describe, expect, test} from "vitest";
import {forward} from "../../src/lib/engine/decoder/decoder.js";
import {type DecoderWeights, decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {openDecoderWeights} from "../../src/lib/engine/open-decoder.js";
import {int} from "../../src/lib/formats/int.js";
import {intOffset} from "../../src/lib/formats/int-offset.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {quantizeDecoder} from "../../src/lib/quant/quantize-decoder.js";
import {quantizationMethods} from "../../src/lib/quant/registry.js";
import {FAR_FROM_LLAMA, goldenPath, readExpected} from "../engine/golden.js";
import {formatTaken, largest, maxDifference} from "./helpers.js";

async function weightsOf(name: string): Promise<DecoderWeights> {
  const folder = await openFolder(goldenPath(name));
  const weights = await openDecoderWeights(folder);
  await folder.close();
  return weights;
}

const logits = async (of: DecoderWeights, ids: readonly number[]) => forward(await decoderOf(of), ids).data;

/** What a method says of a family that it does not suit. */
const REFUSALS =
  /^(rotatedDecoder: the stream must meet RMS norms at inputs alone|smoothedDecoder: every input)/;

/** Families whose stream can be rotated: RMS norms at the inputs of both parts, and nothing else. */
const ROTATED = /^(qwen3$|gemma|phi|rope|smollm3|granite)/;

/** Methods that learn a matrix by its rows, slowly, whatever model it is of: they are tried on one family. */
const LEARNED = /^learned-/;

describe.each(FAR_FROM_LLAMA)("%s", (name) => {
  const {ids} = readExpected(name);
  const calibration = [ids, [...ids].reverse()];

  test.each(quantizationMethods.ids.filter((id) => !LEARNED.test(id) || name === FAR_FROM_LLAMA[0]))(
    "%s moves weights without moving logits, then rounds them",
    async (method) => {
      const weights = await weightsOf(name);
      const want = await logits(weights, ids);
      const changed = await quantizeDecoder(weights, {format: null, method, calibration}).catch(
        (error) => error,
      );
      if (changed instanceof Error) {
        expect(changed).toBeInstanceOf(RangeError);
        expect(changed.message).toMatch(REFUSALS);
        expect(method.startsWith("hadamard") && ROTATED.test(name) && !/gemma[23]/.test(name)).toBe(false);
        return;
      }
      expect(maxDifference(await logits(changed.weights, ids), want)).toBeLessThan(2 ** -13 * largest(want));
      const rounded = await quantizeDecoder(weights, {
        format: formatTaken(method, int({bits: 8, groupSize: 8}), intOffset({bits: 8, groupSize: 8})),
        method,
        calibration,
        layers: new Set([1]),
      });
      const error = maxDifference(await logits(rounded.weights, ids), want);
      expect(error).toBeGreaterThan(0);
      expect(error).toBeLessThan(0.2 * largest(want));
    },
  );
});
