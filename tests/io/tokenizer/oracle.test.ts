import {describe, expect, test} from "vitest";
import {nativeTokenizers} from "./compare.js";
import {type Compared, compareRandomFile, compareRandomPattern} from "./compare-random.js";

const native = nativeTokenizers();

/** What came of comparing with the seeds 1 to `count`. */
async function overSeeds(count: number, compare: (seed: number) => Promise<Compared>): Promise<Compared> {
  const all = [];
  for (let seed = 1; seed <= count; seed++) all.push(await compare(seed));
  return {
    differences: all.flatMap(({differences}) => differences),
    count: all.reduce((sum, each) => sum + each.count, 0),
  };
}

// `scripts/compare-tokenizers.ts` goes on for as long as one likes.
describe.skipIf(native === undefined)("beside the Rust library", () => {
  test("random files encode and decode alike", async () => {
    const {differences} = await overSeeds(100, (seed) => compareRandomFile(native!, seed, 8));
    expect(differences).toEqual([]);
  });

  test("random patterns cut texts alike, or are refused by name", async () => {
    const {differences, count} = await overSeeds(400, (seed) => compareRandomPattern(native!, seed, 6));
    expect(differences).toEqual([]);
    expect(count).toBeGreaterThan(1200);
  });
});
