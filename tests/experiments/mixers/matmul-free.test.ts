import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {modelRecord} from "../../../src/lib/architectures/read-model.js";
import {matMulFreeConfigOf} from "../../../src/lib/engine/matmul-free/matmul-free-config.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {matMulFreeExperiment} from "../../../src/lib/experiments/mixers/matmul-free.js";
import {
  MATMUL_FREE_CONFIG,
  MATMUL_FREE_IDS,
  MATMUL_FREE_NEEDS,
  MATMUL_FREE_RIVAL,
} from "../../../src/lib/experiments/mixers/models.js";
import {openFolder} from "../../../src/lib/io/node-file.js";

test("the models without products of matrices have the sizes of their files", async () => {
  for (const id of MATMUL_FREE_IDS) {
    const folder = await openFolder(`src/data/models/${id}`);
    const config = matMulFreeConfigOf(modelRecord(await readConfig(folder, "test")));
    await folder.close();
    expect(config).toEqual({...MATMUL_FREE_CONFIG, ternary: id === "matmul-free-small"});
  }
});

describe("the experiment", () => {
  let data: Awaited<ReturnType<typeof loadData>>;
  beforeAll(async () => {
    data = await loadData(MATMUL_FREE_NEEDS);
  });

  test("reads with all three models, counts their work and keeps a memory of one size", async () => {
    const {rows, memory} = await matMulFreeExperiment.runTables({documents: 2}, {data});
    const pooled = rows.filter(({seed}) => seed === "all");
    expect(pooled.map(({model}) => model)).toEqual([...MATMUL_FREE_IDS, MATMUL_FREE_RIVAL]);
    const [ternary, float, transformer] = pooled;
    expect(ternary.perplexity).toBeGreaterThan(float.perplexity);
    expect(float.perplexity).toBeGreaterThan(transformer.perplexity);
    expect(ternary.weightBytes).toBeLessThan(transformer.weightBytes / 4);
    expect(ternary.multiplications).toBeLessThan(transformer.multiplications / 30);
    // An addition for each weight that is not zero: 64 to 67 % of them, as of a bell curve.
    expect(ternary.additions / float.additions).toBeGreaterThan(0.5);
    expect(ternary.additions / float.additions).toBeLessThan(0.8);
    const kept = (id: string) => memory.filter(({model}) => model === id).map(({memoryBytes}) => memoryBytes);
    expect(new Set(kept("matmul-free-small"))).toEqual(new Set([2 * 4 * 64]));
    expect(kept(MATMUL_FREE_RIVAL)).toEqual([0, 32, 64, 128, 256, 512, 1024].map((t) => t * 2 * 2 * 4 * 40));
  });
});
