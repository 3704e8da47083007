import {describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import {readMambaWeights} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {roundMambaWeights} from "../../../src/lib/ssm/quantize/round-weights.js";
import {mambaFootprint} from "../../../src/lib/ssm/quantize/weight-bytes.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../../engine/tiny-mamba.js";

/** The last is wide enough for rows of several groups of 128 inputs, the last one of them part empty. */
const CONFIGS: readonly [string, TinyMamba][] = [
  ["Mamba", TINY_MAMBA],
  ["a tied Mamba2", {...TINY_MAMBA2, tie_word_embeddings: true}],
  ["a wide Mamba2", {...TINY_MAMBA2, hidden_size: 152, num_heads: 8, head_dim: 38}],
];

describe.each(CONFIGS)("the footprint of %s", (_, tiny) => {
  test.each(["w16", "w8", "w4a8", "w4a16"] as const)(
    "is what its weights pack into in %s",
    async (scheme) => {
      const folder = tinyMambaFolder(tiny);
      const config = mambaConfig(await readConfig(folder, "test"));
      const weights = await readMambaWeights(await openCheckpoint(folder), config);
      for (const roundsEnds of [false, true]) {
        const {memory} = roundMambaWeights(weights, scheme, {roundsEnds});
        expect(mambaFootprint(config, scheme, {roundsEnds})).toEqual(memory);
      }
    },
  );
});

test("the scale of a group may be stored in fewer bytes", () => {
  const config = {
    architecture: "MambaForCausalLM",
    hiddenSize: 256,
    innerSize: 512,
    layers: 1,
    stateSize: 16,
    convWidth: 4,
    vocabSize: 16,
    normEps: 1e-5,
    tied: true,
    biases: {projections: false, conv: false},
    timeStepRank: 16,
  } as const;
  const four = mambaFootprint(config, "w4a16").mixers;
  const two = mambaFootprint(config, "w4a16", {groupScaleBytes: 2}).mixers;
  // Groups of 128: two in each of 1024 rows of the input projection, four in 48 and in 256 rows; short rows keep theirs.
  expect(four - two).toBe(2 * (2 * 1024 + 4 * 48 + 4 * 256));
});
