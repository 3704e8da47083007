import {beforeAll, describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {alignment} from "../../../src/lib/experiments/kv/alignment.js";
import {sharedAttention} from "../../../src/lib/experiments/kv/shared-attention.js";
import {spectra} from "../../../src/lib/experiments/kv/spectra.js";

const data = await loadData(["weights/decoder-small", "weights/decoder-large"]);

describe("spectra", () => {
  let rows: Awaited<ReturnType<typeof spectra.run>>;
  beforeAll(async () => {
    rows = await spectra.run({}, {data});
  });
  const of = (side: string, groupSize: number, order = "text") =>
    rows.filter((row) => row.side === side && row.groupSize === groupSize && row.order === order);
  /** Components for each layer that hold 95 %, on average over the groups of a size. */
  const needed = (side: string, groupSize: number, order?: string) => {
    const group = of(side, groupSize, order);
    const firsts = [...new Set(group.map(({first}) => first))];
    const each = firsts.map(
      (first) => group.find((row) => row.first === first && row.kept >= 0.95)!.component,
    );
    return each.reduce((sum, component) => sum + component, 0) / firsts.length / groupSize;
  };

  test("are shares that fall and add up to all", () => {
    for (const side of ["keys", "rotated keys", "values"]) {
      const layer = of(side, 1).filter(({first}) => first === 2);
      expect(layer).toHaveLength(32);
      expect(layer.at(-1)!.kept).toBeCloseTo(1, 10);
      const shares = layer.map(({kept}, i) => kept - (layer[i - 1]?.kept ?? 0));
      // Sums of falling shares: their differences fall to rounding.
      shares.slice(1).forEach((share, i) => {
        expect(share).toBeLessThanOrEqual(shares[i] + 1e-12);
      });
    }
    expect(of("keys", 4)).toHaveLength(128);
  });

  test("need fewer components a layer in a group, and not because a text is short", () => {
    for (const side of ["keys", "values"]) {
      expect(needed(side, 4)).toBeLessThan(0.6 * needed(side, 1));
      expect(needed(side, 4)).toBeLessThan(0.8 * needed(side, 4, "shuffled"));
    }
  });

  test("of keys are concentrated before rotary and spread after it", () => {
    expect(needed("rotated keys", 1)).toBeGreaterThan(1.5 * needed("keys", 1));
  });
});

describe("alignment", () => {
  test("finds layers unlike row by row whose directions overlap far beyond chance", async () => {
    const rows = await alignment.run({documents: 1}, {data});
    expect(rows).toHaveLength(2 * 6);
    for (const {cosine, overlap, chance, cka} of rows) {
      expect(Math.abs(cosine)).toBeLessThan(0.25);
      expect(overlap).toBeGreaterThan(2 * chance);
      expect(overlap).toBeLessThan(1);
      expect(cka).toBeGreaterThan(0);
      expect(cka).toBeLessThan(1);
    }
    expect(rows[0].chance).toBe(8 / 128);
  });
});

describe("attention with shared keys", () => {
  const last = (rows: Awaited<ReturnType<typeof sharedAttention.run>>) =>
    rows.filter(({part}) => part === "next");

  test("at full rank is attention as it was", async () => {
    const rows = await sharedAttention.run({rank: 32}, {data});
    for (const {exact, shared} of rows) expect(shared).toBe(exact);
  });

  test("of four layers together keeps an answer that layers alone lose", async () => {
    const probability = async (groupSize: 1 | 4) => {
      const rows = await sharedAttention.run({groupSize, rank: 3}, {data});
      return last(rows).find(({word}) => word === "amber")!.shared;
    };
    expect(await probability(4)).toBeGreaterThan(0.9);
    expect(await probability(1)).toBeLessThan(0.1);
  });

  test("gives shares of every head, and takes the large decoder's layers", async () => {
    const rows = await sharedAttention.run({model: "decoder-large", layer: 7, groupSize: 8, rank: 4}, {data});
    const heads = new Set(rows.filter(({part}) => part === "attention").map(({head}) => head));
    expect(heads.size).toBe(8);
    const row = rows.filter(({head, index}) => head === 3 && index === 9);
    expect(row.reduce((sum, {exact}) => sum + exact!, 0)).toBeGreaterThan(0.95);
  });

  test("names a layer that the model has not", async () => {
    await expect(sharedAttention.run({layer: 4}, {data})).rejects.toThrow(
      "run kv/shared-attention: layer must be 0 to 3 for decoder-small, got 4",
    );
  });
});
