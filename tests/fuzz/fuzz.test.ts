import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {mutantOf} from "./mutate.js";
import {TARGETS} from "./registry.js";
import {outcomeOf} from "./target.js";

/** Mutants of each target; `npm run fuzz` reads as many as one likes. */
const MUTANTS = 5_000;

const corpusOf = (id: string) => {
  const folder = join("tests/fuzz/corpus", id);
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
};

describe.each(TARGETS.filter(({needsLimit}) => needsLimit === undefined))("$id", (target) => {
  test("reads its own seeds", async () => {
    const seeds = await target.seeds();
    expect(seeds.length).toBeGreaterThan(0);
    for (const bytes of seeds) expect(await outcomeOf(target, bytes)).toEqual({kind: "read"});
  });

  test("reads or refuses what was found before", async () => {
    for (const file of corpusOf(target.id)) {
      const {kind} = await outcomeOf(target, new Uint8Array(readFileSync(file)));
      expect(["read", "refused"], file).toContain(kind);
    }
  });

  test("reads or refuses thousands of mutants", {timeout: 300_000}, async () => {
    const seeds = await target.seeds();
    const counts = {read: 0, refused: 0};
    for (let number = 0; number < MUTANTS; number++) {
      const outcome = await outcomeOf(target, mutantOf(target, seeds, {seed: 0, number}));
      if (outcome.kind === "failed") expect.fail(`mutant ${number}: ${outcome.error.stack}`);
      counts[outcome.kind]++;
    }
    // Mutants that are all refused at the first byte would test nothing behind it.
    expect(counts.read).toBeGreaterThan(MUTANTS / 200);
    expect(counts.refused).toBeGreaterThan(MUTANTS / 200);
  });
});

test("a mutant is the same whenever it is made", async () => {
  const [target] = TARGETS;
  const made = async () => mutantOf(target, await target.seeds(), {seed: 3, number: 17});
  expect(await made()).toEqual(await made());
});
