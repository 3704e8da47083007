import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {modelRecord} from "../../../src/lib/architectures/read-model.js";
import {attambaConfigOf} from "../../../src/lib/engine/attamba/attamba-config.js";
import {decoderConfigOf} from "../../../src/lib/engine/decoder/config.js";
import {readConfig} from "../../../src/lib/engine/read-config.js";
import {attambaTokenOperations, decoderTokenOperations} from "../../../src/lib/engine/token-operations.js";
import {attambaExperiment} from "../../../src/lib/experiments/mixers/attamba.js";
import {chunkVariants} from "../../../src/lib/experiments/mixers/chunk-variants.js";
import {documentLosses, READERS} from "../../../src/lib/experiments/mixers/document-losses.js";
import {
  ATTAMBA_CONFIG,
  MATMUL_FREE_NEEDS,
  MIXER_NEEDS,
  RIVALS,
} from "../../../src/lib/experiments/mixers/models.js";
import {DECODERS} from "../../../src/lib/experiments/shared/decoders.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {isoWidths} from "../../../src/lib/mixers/attamba/iso-widths.js";

const recordOf = async (model: string) => {
  const folder = await openFolder(`src/data/models/${model}`);
  const record = modelRecord(await readConfig(folder, "test"));
  await folder.close();
  return record;
};

describe("the models of chunks instead of tokens", () => {
  test("have the sizes of their files", async () => {
    expect(attambaConfigOf(await recordOf("attamba-small"))).toEqual(ATTAMBA_CONFIG);
    for (const id of RIVALS) expect(decoderConfigOf(await recordOf(id))).toEqual(DECODERS[id]);
  });

  test("have the widths that the paper's equations ask for, rounded to whole numbers of heads", () => {
    const {hiddenSize: width, tokenChunk, scan} = ATTAMBA_CONFIG;
    const {cache, operations} = isoWidths({width, tokenChunk, tokens: 128, state: scan.state});
    const widthOf = (id: (typeof RIVALS)[number]) => DECODERS[id].heads * DECODERS[id].headDim;
    expect(Math.abs(widthOf("decoder-iso-kv") - cache)).toBeLessThan(2);
    expect(Math.abs(widthOf("decoder-iso-flop") - operations)).toBeLessThan(2);
  });

  test("multiply about as often for a token, since they have as many weights", () => {
    const own = attambaTokenOperations(ATTAMBA_CONFIG, 128);
    for (const id of RIVALS) {
      const ratio = decoderTokenOperations(DECODERS[id], 128) / own;
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.1);
    }
    // A key more costs two products of a head's width for each head; the last token sees those of its chunk's ends anyway.
    expect(attambaTokenOperations(ATTAMBA_CONFIG, 128, {leading: 128}) - own).toBeGreaterThan(0);
  });
});

describe("the experiment", () => {
  let data: Awaited<ReturnType<typeof loadData>>;
  beforeAll(async () => {
    data = await loadData(MIXER_NEEDS);
  });

  test("reads with one thing changed at a time, and asks after a fact at every distance", async () => {
    const setting = {chunks: [8], leading: [4, 128], rules: ["uniform"], documents: 2} as const;
    const {rows, distances} = await attambaExperiment.runTables(setting, {data});
    const pooled = rows.filter(({seed}) => seed === "all");
    expect(pooled.map(({model, varied}) => `${model}, ${varied}`)).toEqual([
      "decoder-iso-kv, nothing",
      "decoder-iso-flop, nothing",
      "attamba-small, nothing",
      "attamba-small, chunk length",
      "attamba-small, leading tokens",
      "attamba-small, ends of chunks",
    ]);
    const bytes = pooled.map(({cacheBytes}) => cacheBytes);
    expect(bytes.slice(0, 2)).toEqual([2 * 4 * 2 * 16 * 128, 2 * 4 * 2 * 40 * 128]);
    expect(bytes[4]).toBe(2 * 4 * 2 * 64 * 128);
    expect(bytes[3]).toBeLessThan(bytes[2]);
    expect(rows.length).toBe(4 * pooled.length);
    expect(new Set(distances.map(({tokenChunk}) => tokenChunk))).toEqual(new Set([1, 4, 8]));
    expect(distances.every(({right, documents}) => right >= 0 && right <= 1 && documents === 3)).toBe(true);
  });

  test("takes the way of training once, whatever is chosen", () => {
    const variants = chunkVariants({chunks: [4, 8], leading: [4], rules: ["cyclic", "random"]});
    expect(variants.map(({varied}) => varied)).toEqual(["nothing", "chunk length", "ends of chunks"]);
  });

  test("the ledger reads every document with every model", async () => {
    const told: string[] = [];
    const both = await loadData([...new Set([...MIXER_NEEDS, ...MATMUL_FREE_NEEDS])]);
    const losses = await documentLosses(both, 2, async (_, what) => void told.push(what));
    expect(told).toEqual(READERS);
    for (const {nll} of Object.values(losses)) {
      expect(nll.length).toBe(6);
      expect(nll.every((loss) => loss > 0 && loss < Math.log(256))).toBe(true);
    }
  });
});
