// npm run fuzz -- [--seconds N | --mutants N] [--target ID,…] [--seed N]: reads files that were changed until readers stumble.
import {createHash} from "node:crypto";
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {complain, say} from "../src/cli/terminal/print.js";
import {integers, notOneOf, readCall, text, UsageError} from "../src/cli/terminal/usage.js";
import type {FuzzReply} from "../tests/fuzz/child.js";
import {mutantOf} from "../tests/fuzz/mutate.js";
import {TARGETS} from "../tests/fuzz/registry.js";
import {runJob} from "../tests/fuzz/run-child.js";
import type {FuzzTarget} from "../tests/fuzz/target.js";

/** Mutants of a job: a process reads so many, then the clock is looked at. */
const BATCH = 5000;
const CORPUS = "tests/fuzz/corpus";

interface Plan {
  readonly targets: readonly FuzzTarget[];
  readonly seed: number;
  readonly seconds: number;
  /** Mutants of each target; without it as many as fit the time. */
  readonly mutants: number;
}

function planOf(args: readonly string[]): Plan {
  const call = readCall("fuzz", args, {
    seconds: {value: "SECONDS", help: "time for all targets together (60)"},
    mutants: {value: "COUNT", help: "mutants of each target, in place of a time"},
    target: {value: "IDS", help: "readers between commas (all)"},
    seed: {value: "SEED", help: "another seed makes other mutants (0)"},
  });
  if (call.positionals.length > 0)
    throw new UsageError(`fuzz: nothing may follow, got ${call.positionals[0]}`);
  const ids = TARGETS.map(({id}) => id);
  const chosen = text(call, "target")?.split(",") ?? ids;
  const unknown = chosen.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw notOneOf("fuzz: --target", unknown, ids);
  const [seed] = integers("fuzz", call, "seed", 0) ?? [0];
  const [mutants] = integers("fuzz", call, "mutants") ?? [Number.POSITIVE_INFINITY];
  const [seconds] = integers("fuzz", call, "seconds") ?? [mutants < Number.POSITIVE_INFINITY ? mutants : 60];
  return {
    targets: TARGETS.filter(({id}) => chosen.includes(id)),
    seed,
    mutants,
    seconds: seconds / chosen.length,
  };
}

/** Reads mutants of one target until time or number are used up, and says what came of it. @returns the findings' number. */
async function fuzzTarget(
  target: FuzzTarget,
  {seed, mutants, seconds}: Plan,
  place: string,
): Promise<number> {
  const until = Date.now() + 1000 * seconds;
  const total = {read: 0, refused: 0, ended: 0, found: 0, memory: 0};
  for (let from = 0; from < mutants && Date.now() < until; from += BATCH) {
    const to = Math.min(from + BATCH, mutants);
    const mayEnd = target.needsLimit !== undefined;
    const reply = await runJob({target: target.id, seed, from, to, place}, {mayEnd, until});
    total.ended += reply.ended;
    total.read += reply.read;
    total.refused += reply.refused;
    total.found += reply.findings.length;
    total.memory = Math.max(total.memory, reply.memory);
    await keep(target, seed, reply.findings);
  }
  const all = total.read + total.refused + total.ended + total.found;
  say(
    `${target.id}: ${all} mutants, ${total.read} read, ${total.refused} refused, ${total.ended} ended, ${total.found} found, at most ${Math.round(total.memory / 2 ** 20)} MB`,
  );
  return total.found;
}

/** Writes what was found into the corpus, whose files the tests read, and says why. */
async function keep(target: FuzzTarget, seed: number, findings: FuzzReply["findings"]): Promise<void> {
  const seeds = await target.seeds();
  for (const {number, why} of findings) {
    const bytes = mutantOf(target, seeds, {seed, number});
    const folder = join(CORPUS, target.id);
    const file = join(folder, createHash("sha256").update(bytes).digest("hex").slice(0, 12));
    mkdirSync(folder, {recursive: true});
    writeFileSync(file, bytes);
    complain(`${file} (seed ${seed}, mutant ${number}): ${why.split("\n")[0]}`);
  }
}

async function fuzz(plan: Plan): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  let found = 0;
  try {
    for (const target of plan.targets) found += await fuzzTarget(target, plan, join(folder, "place"));
  } finally {
    rmSync(folder, {recursive: true});
  }
  if (found > 0) process.exitCode = 1;
}

try {
  await fuzz(planOf(process.argv.slice(2)));
} catch (error) {
  complain((error as Error).message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
