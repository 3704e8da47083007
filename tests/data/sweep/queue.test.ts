import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {createInterface} from "node:readline";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from "vitest";
import {startRedis, type TestServer} from "../../../scripts/redis-server.js";
import {codeVersions} from "../../../src/data/sweep/code-version.js";
import {fillSweep, type RunSetting} from "../../../src/data/sweep/fill.js";
import {planSweep, type SweepPlan} from "../../../src/data/sweep/plan.js";
import {shownAddress} from "../../../src/data/sweep/queue/redis.js";
import {withQueue} from "../../../src/data/sweep/queue/send.js";
import {type ServeOptions, serveQueue} from "../../../src/data/sweep/queue/serve.js";
import {type SweepState, sweepState} from "../../../src/data/sweep/store.js";
import {sparseSlices} from "../../../src/lib/experiments/accel/sparse-slices.js";

const slices = sparseSlices as never;
const LOOK = {lookSeconds: 0.3};

let [server, folder, plan]: [TestServer?, string?, SweepPlan?] = [];
let ending = new AbortController();
let serving: Promise<void>[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  plan = await planSweep(slices, await codeVersions([slices]));
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "queue-"));
  server = await startRedis();
  ending = new AbortController();
  serving = [];
});
afterEach(async () => {
  ending.abort();
  await Promise.all(serving);
  await server!.stop();
  await rm(folder!, {recursive: true});
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** A worker in this process that gives one row a setting at once, and the settings it ran. */
function serve(options: Partial<ServeOptions> = {}) {
  const [ran, told]: [unknown[], string[]] = [[], []];
  const run: RunSetting = async (_, {params}) => {
    ran.push(params);
    const row = {kind: "made up", pattern: String(params.model), provenance: "modelled"};
    return {tables: {rows: [row]} as never, seconds: 1};
  };
  const {signal} = ending;
  const tell = (line: string) => told.push(line);
  serving.push(serveQueue(server!.url, {run, threads: 1, leaseSeconds: 1, tell, signal, ...options}));
  return {ran, told};
}

async function state(of: SweepPlan = plan!): Promise<SweepState> {
  return sweepState(folder!, of);
}

const fill = (before: SweepState) => withQueue(server!.url, (run) => fillSweep(folder!, before, run), LOOK);

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** A worker process of the command line, and the settings it says that it ran. */
function workerProcess() {
  const args = ["--import", "tsx", "src/cli/main.ts", "worker", "--queue", server!.url, "--threads", "1"];
  const child = spawn(process.execPath, [...args, "--lease", "1"], {stdio: ["ignore", "pipe", "inherit"]});
  children.push(child);
  const ran: string[] = [];
  createInterface({input: child.stdout}).on("line", (line) => line.startsWith("accel/") && ran.push(line));
  return {child, ran};
}

describe("a sweep by a queue", () => {
  test("loses nothing when one of two worker processes is killed, and keeps no row twice", async () => {
    const [one, two] = [workerProcess(), workerProcess()];
    const filling = fill(await state());
    await until(() => one.ran.length > 0 && two.ran.length > 0);
    // Both are at work on their next settings now.
    const ended = once(one.child, "exit");
    one.child.kill("SIGKILL");
    await ended;
    const runs = await filling;
    expect(new Set(runs.map(({key}) => key)).size).toBe(plan!.settings.length);
    expect((await state()).missing).toEqual([]);
    expect(one.ran.length + two.ran.length).toBeGreaterThanOrEqual(plan!.settings.length - 1);
    const byKey = new Map(runs.map((run) => [run.key, run.tables.rows]));
    const {params, key} = plan!.settings[2];
    expect(byKey.get(key)).toEqual(await sparseSlices.run(params as never));
    two.child.kill("SIGTERM");
    await once(two.child, "exit");
  });

  test("goes on when the server is started anew and has forgotten everything", async () => {
    const {ran} = serve({
      run: async (_, {params}) => {
        ran.push(params);
        await new Promise((resolve) => setTimeout(resolve, 60));
        return {tables: {rows: []} as never, seconds: 0};
      },
    });
    const filling = fill(await state());
    await until(() => ran.length >= 2);
    await server!.restart();
    expect(await filling).toHaveLength(plan!.settings.length);
  });

  test("is made by workers of its own code only: others give settings back", async () => {
    const version = {code: "another", packages: {}};
    const versions = new Map([["accel/sparse-slices", version]]);
    const other = await planSweep(slices, versions);
    const wrong = serve();
    const filling = fill(await state(other));
    await until(() => wrong.told.some((line) => line.startsWith("refused accel/sparse-slices")));
    const right = serve({versionsOf: async () => versions});
    expect(await filling).toHaveLength(other.settings.length);
    expect([wrong.ran.length, right.ran.length]).toEqual([0, other.settings.length]);
  });

  test("runs each setting once for two sweeps that want it, and for one that comes later", async () => {
    const {ran} = serve();
    const before = await state();
    const both = await Promise.all([fill(before), fill(before)]);
    expect(both[0].map(({key}) => key)).toEqual(both[1].map(({key}) => key));
    await fill(before);
    expect(ran).toHaveLength(plan!.settings.length);
    expect((await state()).have.size).toBe(plan!.settings.length);
  });

  test("ends with the words of a setting that fails, and tries it again next time", async () => {
    let isBroken = true;
    serve({
      run: async (_, {params}) => {
        if (isBroken && params.model === "swin-b") throw new Error("no room for swin-b");
        return {tables: {rows: []} as never, seconds: 0};
      },
    });
    await expect(fill(await state())).rejects.toThrow("no room for swin-b");
    isBroken = false;
    expect(await fill(await state())).toHaveLength(plan!.settings.length);
  });
});

test("a server that does not answer is named, without its password", async () => {
  await expect(withQueue("redis://:secret@127.0.0.1:1", async () => 0)).rejects.toThrow(
    /^--queue must be the address of a Redis or Valkey that answers, got redis:\/\/…@127\.0\.0\.1:1: /,
  );
  expect(shownAddress("rediss://me:secret@host:1/2")).toBe("rediss://…@host:1/2");
});
