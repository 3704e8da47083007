import {readdirSync, readFileSync} from "node:fs";
import {
  compareDecoding,
  compareEncoding,
  type NativeTokenizer,
  nativeTokenizers,
  ourTokenizer,
} from "../../tests/io/tokenizer/compare.js";
import {randomIntegers, randomText} from "../../tests/io/tokenizer/random-tokenizer.js";
import type {Contest, Sides} from "../harness/contest.js";
import {PUBLISHED_TOKENIZERS, type PublishedTokenizer} from "../peers/published-tokenizers.js";

/** Texts and lists of ids on which the sides must agree before the clock starts. */
const [TEXTS, LISTS] = [10_000, 2000];

/** Every line of the handbook: prose, tables, code. */
function handbook(): readonly string[] {
  const files = readdirSync("docs").filter((name) => name.endsWith(".md"));
  return files.flatMap((name) => readFileSync(`docs/${name}`, "utf8").split("\n"));
}

/** A published tokenizer, ours against the Rust library. */
export const tokenizers: readonly Contest[] = PUBLISHED_TOKENIZERS.map((published) => ({
  name: `tokenizer-${published.id}`,
  title: `tokens of the handbook, line by line: ${published.title}`,
  unit: "ms",
  prepare: () => sides(published),
}));

async function sides({id, json}: PublishedTokenizer): Promise<Sides> {
  const lines = handbook();
  const file = json();
  if (file === undefined) throw new Error(`tokenizer-${id}: its package must be installed in bench`);
  const ours = ourTokenizer(file);
  const encodeAll = () => lines.reduce((count, line) => count + ours.encode(line).length, 0);
  const native = nativeTokenizers()?.Tokenizer.fromString(file);
  if (native === undefined) return {work: 1, ours: encodeAll, peers: []};
  await requireEqual(id, ours, native, lines);
  const nativeAll = async () => {
    for (const line of lines) await native.encode(line, null, {addSpecialTokens: true});
  };
  return {work: 1, ours: encodeAll, peers: [{name: "Rust library, native", run: nativeAll}]};
}

/** @throws Error naming the first text or ids for which the sides differ. */
async function requireEqual(
  id: string,
  ours: ReturnType<typeof ourTokenizer>,
  native: NativeTokenizer,
  lines: readonly string[],
): Promise<void> {
  const random = randomIntegers(1);
  const texts = [...lines, ...Array.from({length: TEXTS}, () => randomText(random))];
  for (const text of texts) fail(id, await compareEncoding(ours, native, text));
  for (let i = 0; i < LISTS; i++) {
    const ids = Array.from({length: random(12)}, () => random(ours.size));
    fail(id, await compareDecoding(ours, native, ids, i % 2 === 1));
  }
}

function fail(id: string, difference: object | undefined): void {
  if (difference !== undefined)
    throw new Error(`tokenizer-${id}: ${JSON.stringify(difference).slice(0, 400)}`);
}
