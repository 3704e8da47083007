import {describe, expect, test} from "vitest";
import {passesFinding} from "../../../src/components/plots/decoding/drafting.js";
import {substituteFinding} from "../../../src/components/plots/decoding/substitute.js";
import {loadData} from "../../../src/data/data-sets.js";
import {decodingMethods} from "../../../src/lib/decoding/registry.js";
import {drafting} from "../../../src/lib/experiments/decoding/drafting.js";
import {oneText} from "../../../src/lib/experiments/decoding/one-text.js";
import {substitute} from "../../../src/lib/experiments/decoding/substitute.js";

const data = await loadData(drafting.needs);
const few = {count: 2, tokens: 6} as const;

describe("decoding/drafting", () => {
  test("counts the documents whose text is that of plain decoding: all of them where a method says so", async () => {
    const {rows, survival} = await drafting.runTables({...few, depth: 3}, {data});
    expect(rows.map(({method}) => method)).toEqual(decodingMethods.ids);
    for (const {method, same, documents, tokensPerPass, accepted} of rows) {
      if (decodingMethods.byId(method).lossless === true) expect(same).toBe(documents);
      expect(tokensPerPass).toBeGreaterThanOrEqual(1);
      expect(tokensPerPass).toBeLessThanOrEqual(few.tokens);
      expect(accepted).toBeLessThanOrEqual(1);
    }
    for (const method of decodingMethods.ids) {
      const shares = survival.filter((row) => row.method === method).map(({share}) => share);
      expect(shares[0]).toBe(1);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    }
    const lossless = rows.filter(({same, documents}) => same === documents);
    expect(passesFinding(lossless, 0)).toContain("is the one that the model writes alone");
  });

  test("compares no texts that were drawn", async () => {
    const {rows} = await drafting.runTables(
      {...few, methods: ["speculative-sampling"], temperature: 1},
      {data},
    );
    expect(rows[0].same).toBeNull();
    expect(passesFinding(rows, 1)).toContain("have the distribution of the model");
  });
});

describe("decoding/substitute", () => {
  test("more bits make a draft that is kept more often", async () => {
    const setting = {formats: ["int2", "int8"], depth: 4, caches: ["shared" as const]};
    const {rows} = await substitute.runTables({...few, ...setting}, {data});
    expect(rows[0].tokensPerPass).toBeLessThan(rows[1].tokensPerPass);
    expect(substituteFinding(rows, 4)).toContain("int8");
    expect(substituteFinding(rows, 4)).not.toContain("cache of its own");
  });

  test("has a row for each method that can round to a format, and for each cache", async () => {
    const formats = ["int4", "int4_g64_offset"];
    const {rows, survival} = await substitute.runTables({...few, formats, depth: 2}, {data});
    const of = ({format, method, sharesCache}: (typeof survival)[number] | (typeof rows)[number]) =>
      `${format} ${method} ${sharesCache}`;
    const all = ["int4 rtn", "int4_g64_offset rtn", "int4_g64_offset hqq"];
    expect(rows.map(of)).toEqual(all.flatMap((name) => [`${name} true`, `${name} false`]));
    expect([...new Set(survival.map(of))]).toEqual(rows.map(of));
    expect(rows[2].bitsPerWeight).toBe(rows[4].bitsPerWeight);
    for (const {same, documents} of rows) expect(same).toBe(documents);
  });
});

test.each(oneText.params.method.options.map((method) => ({method})))(
  "decoding/one-text: the kept nodes of $method are the words of the round",
  async ({method}) => {
    const {rows, rounds} = await oneText.runTables({method, tokens: 8}, {data});
    for (const {round, written, kept} of rounds) {
      const way = rows
        .filter((row) => row.round === round && row.isKept)
        .toSorted((a, b) => a.depth - b.depth);
      expect(way.map(({word}) => word).slice(1)).toEqual(written.split(" ").slice(0, kept));
      expect(way).toHaveLength(kept + 1);
    }
    expect(rounds.reduce((sum, {written}) => sum + written.split(" ").length, 0)).toBe(8);
  },
);
