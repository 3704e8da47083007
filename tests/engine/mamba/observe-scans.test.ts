import {describe, expect, test} from "vitest";
import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {forwardMamba} from "../../../src/lib/engine/mamba/mamba.js";
import {mambaConfig} from "../../../src/lib/engine/mamba/mamba-config.js";
import {type MambaWeights, mambaOf, readMambaWeights} from "../../../src/lib/engine/mamba/mamba-weights.js";
import {observeScans} from "../../../src/lib/engine/mamba/observe-scans.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {selectiveScan} from "../../../src/lib/engine/scan/selective-scan.js";
import {ssd} from "../../../src/lib/engine/scan/ssd.js";
import {silu} from "../../../src/lib/tensor/activation.js";
import {TINY_MAMBA, TINY_MAMBA2, type TinyMamba, tinyMambaFolder} from "../tiny-mamba.js";

const IDS = [3, 1, 4, 1, 5, 9, 2, 6];

async function weightsOf(config: TinyMamba): Promise<MambaWeights> {
  const folder = tinyMambaFolder(config);
  return readMambaWeights(await openCheckpoint(folder), mambaConfig(await readConfig(folder, "test")));
}

/** A tensor of a pass as the model itself has it. */
async function seen(weights: MambaWeights, wanted: "y" | "projected", layer: number): Promise<Float32Array> {
  let found = new Float32Array(0);
  forwardMamba(await mambaOf(weights), IDS, {
    hooks: {
      tensor(site, at, x) {
        if (site === wanted && at === layer) found = x.slice();
        return undefined;
      },
    },
  });
  return found;
}

function expectNear(actual: Float64Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  // Both come from the same float32 inputs by the same float64 sums; the model rounds once.
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(2 ** -22 * Math.max(1, Math.abs(value)));
  });
}

describe("the scans of a model, observed", () => {
  test("are those of Mamba: run again, with skip and gate, they give what the layer gave", async () => {
    const weights = await weightsOf(TINY_MAMBA);
    const scans = await observeScans(weights, IDS);
    expect(scans).toHaveLength(2);
    for (const [layer, scan] of scans.entries()) {
      if (scan.kind !== "selective-scan") throw new Error("Mamba has selective scans");
      const D = new Float64Array(weights.tensors.get(`backbone.layers.${layer}.mixer.D`)!.data);
      const projected = await seen(weights, "projected", layer);
      const plain = selectiveScan({...scan.input, D}).y;
      const z = plain.map((_, i) => silu(projected[Math.floor(i / 20) * 40 + 20 + (i % 20)]));
      expectNear(
        plain.map((value, i) => value * z[i]),
        await seen(weights, "y", layer),
      );
    }
  });

  test("are those of Mamba2", async () => {
    const weights = await weightsOf(TINY_MAMBA2);
    const scans = await observeScans(weights, IDS);
    expect(scans).toHaveLength(2);
    for (const [layer, scan] of scans.entries()) {
      if (scan.kind !== "ssd") throw new Error("Mamba2 has SSD layers");
      const D = new Float64Array(weights.tensors.get(`backbone.layers.${layer}.mixer.D`)!.data);
      expectNear(ssd({...scan.input, D}).y, await seen(weights, "y", layer));
    }
  });

  test("refuse a token that the model does not have", async () => {
    await expect(observeScans(await weightsOf(TINY_MAMBA), [17])).rejects.toThrow(RangeError);
  });
});
