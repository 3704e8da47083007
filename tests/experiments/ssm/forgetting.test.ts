import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {forgetting} from "../../../src/lib/experiments/ssm/forgetting.js";

const data = await loadData(forgetting.needs);
const run = (params: Parameters<typeof forgetting.run>[0]) => forgetting.run(params, {data});

describe("ssm/forgetting", () => {
  test("has a row for every model, kind of text, distance and seed, and one that pools the seeds", async () => {
    const rows = await run({models: ["decoder-small", "mamba2-small"], documents: 2});
    expect(rows).toHaveLength(2 * 2 * 10 * 4);
    for (const row of rows) {
      expect(row.rightLow).toBeLessThanOrEqual(row.right);
      expect(row.rightHigh).toBeGreaterThanOrEqual(row.right);
      expect(row.documents).toBe(row.seed === "all" ? 6 : 2);
      expect(row.facts).toBe(row.between === "facts" ? row.distance / 5 : 0);
    }
    const place = (row: (typeof rows)[number]) => `${row.model} ${row.between} ${row.distance}`;
    for (const pooled of rows.filter(({seed}) => seed === "all")) {
      const own = rows.filter((row) => row.seed !== "all" && place(row) === place(pooled));
      const found = own.reduce((sum, row) => sum + row.right * row.documents, 0);
      expect(found).toBeCloseTo(pooled.right * pooled.documents, 9);
    }
  });

  test("gives the same rows again, and others for more documents", async () => {
    const setting = {models: ["mamba1-small"], documents: 2} as const;
    expect(await run(setting)).toEqual(await run(setting));
    const more = await run({...setting, documents: 3});
    expect(more.find(({seed}) => seed === "all")!.documents).toBe(9);
  });

  test("asks the same of every model: a small decoder finds each fact within what it was trained on", async () => {
    const rows = await run({models: ["decoder-small"], documents: 4});
    const near = rows.filter(({distance, seed}) => distance <= 80 && seed === "all");
    expect(near.length).toBe(2 * 6);
    for (const {right} of near) expect(right).toBeGreaterThan(0.8);
  });

  test("a state of fixed size loses a fact among sixty others that it still has when it was the last", async () => {
    const rows = await run({models: ["mamba2-small"], documents: 4});
    const facts = rows.filter(({between, seed}) => between === "facts" && seed === "all");
    const at = (distance: number) => facts.find((row) => row.distance === distance)!;
    expect(at(0).rightLow).toBeGreaterThan(at(300).rightHigh);
    expect(at(300).facts).toBe(60);
  });

  test("reads only the models it is asked for", async () => {
    expect(forgetting.needsOf({models: ["mamba1-small"]})).toEqual(["weights/mamba1-small"]);
    const one = await loadData(["weights/mamba1-small"]);
    const rows = await forgetting.run({models: ["mamba1-small"], documents: 2}, {data: one});
    expect(new Set(rows.map(({model}) => model))).toEqual(new Set(["mamba1-small"]));
  });

  test("tells its progress and can be ended", async () => {
    const told: string[] = [];
    const ended = new AbortController();
    const running = forgetting.run(
      {documents: 2},
      {
        data,
        signal: ended.signal,
        progress: (share, what) => {
          told.push(what ?? "");
          if (share > 0.3) ended.abort(new Error("enough"));
        },
      },
    );
    await expect(running).rejects.toThrow("enough");
    expect(told).toContain("decoder-small");
  });
});
