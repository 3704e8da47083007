// npx tsx scripts/compare-tokenizers.ts [--seconds N] [--seed N]: random tokenizers and patterns, ours beside the Rust library.
import {complain, say} from "../src/cli/terminal/print.js";
import {integers, readCall} from "../src/cli/terminal/usage.js";
import {nativeTokenizers} from "../tests/io/tokenizer/compare.js";
import {
  type Compared,
  compareRandomFile,
  compareRandomPattern,
} from "../tests/io/tokenizer/compare-random.js";

const native = nativeTokenizers();
if (native === undefined)
  throw new Error("compare-tokenizers: @anush008/tokenizers has no build for this machine");

const call = readCall("compare-tokenizers", process.argv.slice(2), {
  seconds: {value: "SECONDS", help: "time for all of it (60)"},
  seed: {value: "SEED", help: "the first seed; others follow (1000)"},
});
const [seconds] = integers("compare-tokenizers", call, "seconds") ?? [60];
const [first] = integers("compare-tokenizers", call, "seed") ?? [1000];
const until = Date.now() + 1000 * seconds;

/** Compares with one seed after the other. @returns how many differed */
async function compareUntil(
  end: number,
  what: string,
  compare: (seed: number) => Promise<Compared>,
): Promise<number> {
  const total = {seeds: 0, texts: 0, differences: 0};
  for (let seed = first; Date.now() < end; seed++) {
    const {differences, count} = await compare(seed);
    for (const difference of differences) complain(`${what} of seed ${seed}: ${JSON.stringify(difference)}`);
    total.seeds++;
    total.texts += count;
    total.differences += differences.length;
  }
  say(`${total.seeds} ${what}, ${total.texts} comparisons, ${total.differences} differences`);
  return total.differences;
}

const half = Date.now() + 500 * seconds;
const found =
  (await compareUntil(half, "files", (seed) => compareRandomFile(native, seed, 20))) +
  (await compareUntil(until, "patterns", (seed) => compareRandomPattern(native, seed, 12)));
if (found > 0) process.exitCode = 1;
