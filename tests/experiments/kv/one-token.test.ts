import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {oneToken} from "../../../src/lib/experiments/kv/one-token.js";

async function run(params: Parameters<typeof oneToken.run>[0]) {
  const rows = await oneToken.run(params, {data: await loadData(oneToken.needsOf(params))});
  return (id: string) => rows.filter(({technique}) => technique === id);
}

describe("one token", () => {
  test("comes back as level times scale, one scale for a head of integers", async () => {
    const of = await run({techniques: ["fp16", "int4", "kivi-2"]});
    const cells = of("int4");
    expect(cells).toHaveLength(16);
    const scale = cells.find(({level}) => level === 7 || level === -7)!;
    const step = scale.back! / scale.level!;
    for (const {value, back, level} of cells) {
      expect(back).toBeCloseTo(level! * step, 4);
      expect(Math.abs(back! - value)).toBeLessThanOrEqual(0.5001 * Math.abs(step) + 1e-3);
    }
    expect(of("fp16")[0].error).toBeLessThan(1e-3);
    expect(of("kivi-2").every(({level}) => level === null)).toBe(true);
    expect(of("kivi-2")[0].error).toBeGreaterThan(of("int4")[0].error!);
  });

  test("is compared after rotary whatever the cache holds: at a high rank little is lost", async () => {
    const of = await run({techniques: ["cskv-half", "xkv4-half"], layer: 1});
    expect(of("cskv-half")[0].error).toBeLessThan(0.35);
    expect(of("xkv4-half")[0].error).toBeLessThan(0.35);
    expect(of("cskv-half").map(({value}) => value)).toEqual(of("xkv4-half").map(({value}) => value));
  });

  test("is gone where the head has let it go, and is there for others", async () => {
    const tokens = await Promise.all(
      [0, 40].map(async (token) =>
        (await run({token, techniques: ["streaming-quarter", "h2o-half"]}))("streaming-quarter"),
      ),
    );
    expect(tokens[0].every(({back}) => back !== null)).toBe(true);
    expect(tokens[1].every(({back, error}) => back === null && error === null)).toBe(true);
  });

  test("keeps small channels beside large ones only where scales are per channel, or blocks are sorted", async () => {
    const of = await run({
      model: "decoder-small-outliers",
      techniques: ["int4", "bfp4", "ksort-bfp4", "kivi-4"],
    });
    const lost = (id: string) =>
      of(id).filter(({value, back}) => Math.abs(value) < 2 && Math.abs(back! - value) > 0.5).length;
    expect(lost("int4")).toBeGreaterThan(5);
    expect(lost("bfp4")).toBeGreaterThan(5);
    expect(lost("ksort-bfp4")).toBe(0);
    expect(lost("kivi-4")).toBe(0);
  });
});
