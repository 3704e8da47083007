import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forward} from "../../../src/lib/engine/decoder/decoder.js";
import {decoderOf} from "../../../src/lib/engine/decoder/decoder-weights.js";
import {lastQueries} from "../../../src/lib/experiments/reductions/head-rows.js";
import {orders} from "../../../src/lib/experiments/reductions/orders.js";
import {schedules} from "../../../src/lib/experiments/reductions/schedules.js";
import {transfers} from "../../../src/lib/experiments/reductions/transfers.js";
import {decoderWeights} from "../../../src/lib/experiments/shared/decoders.js";
import {softmaxOrders} from "../../../src/lib/reductions/registry.js";
import {gap} from "../../reductions/rows.js";

let data: Awaited<ReturnType<typeof loadData>>;
beforeAll(async () => {
  data = await loadData(["weights/decoder-small"]);
});

describe("attention of trained heads", () => {
  test("is that of the model: any order of a head's last query gives what attention gave", async () => {
    const weights = decoderWeights("decoder-small", data);
    const model = await decoderOf(weights);
    const ids = Array.from({length: 40}, (_, i) => (7 * i) % 256);
    const given: Float32Array[] = [];
    forward(model, ids, {
      hooks: {
        tensor(site, _, x) {
          if (site === "attention.output") given.push(x.slice(-weights.config.plans[0].mixer.heads * 16));
          return undefined;
        },
      },
    });
    for (const {layer, head, row} of lastQueries(model, ids)) {
      const own = given[layer].subarray(head * 16, (head + 1) * 16);
      for (const {run} of softmaxOrders.all) expect(gap(run([row]).outputs[0], own)).toBeLessThan(1e-6);
    }
  });

  test("has the same result in every order within float32, and counts by which orders differ", async () => {
    const {rows, ranges, cascades} = await orders.runTables({documents: 2, reaches: [2, 40]}, {data});
    expect(rows.map(({order}) => order)).toEqual(softmaxOrders.ids);
    for (const {worst, error, exponentials, rescales, recomputed} of rows) {
      expect(worst).toBeLessThan(2e-6);
      expect(error).toBeLessThanOrEqual(worst);
      if (recomputed === 0) expect(exponentials).toBe(128 + rescales);
    }
    const at = (reach: number) => ranges.filter((row) => row.reach === reach && row.layer === "all")[0];
    expect(at(2).recomputed).toBeGreaterThan(at(40).recomputed);
    expect(at(40).documents).toBe(6);
    const held = cascades.filter(({cascade}) => cascade === "fusemax").map((row) => row.held);
    expect(new Set(held).size).toBe(1);
    for (const {worst, passes, cascade} of cascades) {
      expect(worst).toBeLessThan(1e-12);
      expect(passes).toBe({"three-pass": 3, "two-pass": 2}[cascade] ?? 1);
    }
  });

  test("in float64 is the same to its last places, and at the ends of the controls", async () => {
    const small = {documents: 1, reaches: [1], precision: "float64"} as const;
    for (const setting of [
      {tile: 1, workers: 1, reach: 0.5},
      {tile: 128, workers: 64, reach: 80},
    ]) {
      for (const {worst} of await orders.run({...small, ...setting}, {data}))
        expect(worst).toBeLessThan(1e-13);
    }
  });
});

describe("schedules", () => {
  test("of equal shares use the workers best where taking over costs nothing", async () => {
    const rows = await schedules.run({contexts: [2048, 65536], heads: 8, width: 256});
    for (const context of [2048, 65536]) {
      const own = rows.filter((row) => row.context === context);
      const lean = own.find(({schedule}) => schedule === "lean-attention")!;
      expect(lean.makespan).toBeGreaterThanOrEqual(lean.tiles / 108);
      const [whole] = own;
      expect(whole.makespan).toBe(Math.ceil(context / 256));
      expect(lean.speedup).toBeGreaterThan(context === 65536 ? 13 : 7);
      expect(lean.partials).toBeLessThanOrEqual(8 + 108 - 1);
    }
  });

  test("the best fixed split is none of the worse ones, and waiting makes few pieces better", async () => {
    const {makespan, splits} = await best({waiting: 0});
    const slow = await best({waiting: 5});
    expect(slow.splits!).toBeLessThan(splits!);
    expect(slow.makespan).toBeGreaterThan(makespan);
  });

  async function best({waiting}: {waiting: number}) {
    const rows = await schedules.run({
      contexts: [32768],
      schedules: ["flash-decoding-best"],
      heads: 4,
      waiting,
    });
    return rows[0];
  }
});

test("words moved are those of the formula, never fewer than the order of the least possible", async () => {
  const rows = await transfers.run({tokens: 96, width: 16});
  for (const {order, moved, formula, squares} of rows) {
    if (moved !== null) expect(moved).toBe(formula);
    const least = rows.find((row) => row.squares === squares && row.moved === null)!;
    if (order !== least.order) expect(moved).toBeGreaterThan(least.formula);
  }
});
