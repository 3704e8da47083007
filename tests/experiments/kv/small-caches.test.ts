import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {smallCaches} from "../../../src/lib/experiments/kv/small-caches.js";

type Rows = Awaited<ReturnType<typeof smallCaches.run>>;

async function run(params: Parameters<typeof smallCaches.run>[0] = {}): Promise<Rows> {
  const data = await loadData(smallCaches.needsOf({model: "decoder-small", ...params} as never));
  return smallCaches.run(params, {data});
}

describe("on the small decoder", () => {
  let rows: Rows;
  const of = (id: string) => rows.find(({technique, seed}) => technique === id && seed === "all")!;
  beforeAll(async () => {
    rows = await run({
      techniques: [
        "fp16",
        "int8",
        "int4",
        "int2",
        "xkv4-quarter",
        "h2o-half",
        "token-butler-half",
        "oracle-quarter",
      ],
      decoded: 32,
    });
  }, 60_000);

  test("gives a pooled row and one for each seed of every technique", () => {
    expect(rows).toHaveLength(8 * 4);
    expect(rows.slice(0, 4).map(({seed}) => seed)).toEqual(["all", "4242", "999", "2718"]);
    const [all, ...seeds] = rows.slice(4, 8);
    expect(seeds.reduce((sum, {tokens}) => sum + tokens, 0)).toBe(all.tokens);
    expect(all.tokens).toBe(3 * 32);
  });

  test("counts the bytes of formats: 512 in float16, and a scale for each head of a token", () => {
    expect(of("fp16").kept).toBe(512);
    expect(of("int8").kept).toBe(256 + 4 * 2 * 2 * 2);
    expect(of("int4").kept).toBe(128 + 4 * 2 * 2 * 2);
    for (const id of ["fp16", "int8", "int4", "int2", "xkv4-quarter", "h2o-half"]) {
      expect(of(id).read).toBe(of(id).kept);
    }
  });

  test("a cache of more bits loses less, and float16 next to nothing", () => {
    expect(of("fp16").klMean).toBeLessThan(1e-5);
    expect(of("int8").klMean).toBeLessThan(of("int4").klMean);
    expect(of("int4").klMean).toBeLessThan(of("int2").klMean);
    expect(of("int2").difference).toBeGreaterThan(1);
  });

  test("reading what the oracle reads loses less than evicting twice as much", () => {
    expect(of("oracle-quarter").klMean).toBeLessThan(of("h2o-half").klMean);
    expect(of("oracle-quarter").read).toBeLessThan(0.6 * of("oracle-quarter").kept);
    expect(of("token-butler-half").kept).toBeGreaterThan(of("fp16").kept);
  });
});

test("outlier channels destroy keys that are quantized per token, and not those per channel", async () => {
  const rows = await run({
    model: "decoder-small-outliers",
    techniques: ["kivi-2", "per-token-2", "bfp4", "ksort-bfp4", "token-butler-half"],
    decoded: 32,
  });
  const kl = (id: string) => rows.find(({technique, seed}) => technique === id && seed === "all")!.klMean;
  expect(kl("per-token-2")).toBeGreaterThan(10 * kl("kivi-2"));
  // Blocks of outliers alone spare the other channels.
  expect(kl("bfp4")).toBeGreaterThan(1.5 * kl("ksort-bfp4"));
  // Nobody trained a predictor for it.
  expect(rows.some(({technique}) => technique === "token-butler-half")).toBe(false);
});

test("asks for the predictor only where there is one", () => {
  expect(smallCaches.needsOf({model: "decoder-small-outliers"} as never)).toEqual([
    "weights/decoder-small-outliers",
  ]);
  expect(smallCaches.needsOf({model: "decoder-large"} as never)).toContain("predictor/decoder-large");
});
