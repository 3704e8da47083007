import {describe, expect, test} from "vitest";
import {decoderTokenOperations, mambaTokenOperations} from "../../src/lib/engine/token-operations.js";
import {DECODERS} from "../../src/lib/experiments/shared/decoders.js";
import {MAMBAS} from "../../src/lib/experiments/ssm/mambas.js";

describe("operations for one more token", () => {
  test("of a decoder are two a weight, and four a cached channel of every query head", () => {
    const small = DECODERS["decoder-small"];
    const layer = 64 * 64 + 2 * 32 * 64 + 64 * 64 + 3 * 64 * 176;
    const weights = 2 * (4 * layer + 256 * 64);
    expect(decoderTokenOperations(small, 0)).toBe(weights + 4 * 4 * 64);
    expect(decoderTokenOperations(small, 1000) - decoderTokenOperations(small, 0)).toBe(1000 * 4 * 4 * 64);
  });

  test("grow by the same for every token of a decoder's context, more in the larger one", () => {
    for (const config of [DECODERS["decoder-small"], DECODERS["decoder-large"]]) {
      const step = decoderTokenOperations(config, 1) - decoderTokenOperations(config, 0);
      expect(decoderTokenOperations(config, 77) - decoderTokenOperations(config, 76)).toBe(step);
      expect(step).toBe(4 * config.layers * config.heads * config.headDim);
    }
  });

  test("of a Mamba count projections, convolution and seven for each number of state", () => {
    const projections = 64 * 256 + 128 * (4 + 32) + 4 * 128 + 128 * 64;
    const layer = 2 * (projections + 4 * 128) + 7 * 128 * 16;
    expect(mambaTokenOperations(MAMBAS["mamba1-small"])).toBe(4 * layer + 2 * 256 * 64);
  });

  test("of a Mamba2 count B and C in the convolution, and five for each number of state", () => {
    const channels = 128 + 2 * 2 * 64;
    const projections = 64 * (128 + channels + 8) + 128 * 64;
    const scan = 8 * (1 + 16 + 5 * 16 * 64);
    const layer = 2 * (projections + 4 * channels) + scan;
    expect(mambaTokenOperations(MAMBAS["mamba2-small"])).toBe(4 * layer + 2 * 256 * 64);
  });

  test("do not depend on outlier channels", () => {
    expect(mambaTokenOperations(MAMBAS["mamba2-small-outliers"])).toBe(
      mambaTokenOperations(MAMBAS["mamba2-small"]),
    );
  });
});
