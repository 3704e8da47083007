import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, readdir, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test, vi} from "vitest";
import {main} from "../../src/cli/command-line.js";
import {readJournals} from "../../src/data/sweep/journal.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sweep-"));
});
afterAll(() => rm(folder, {recursive: true}));

/** Runs the command line here. @returns its exit code and the lines that it printed. */
async function called(...args: string[]): Promise<{code: number; lines: string[]}> {
  const lines: string[] = [];
  const spies = (["log", "error"] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((line) => void lines.push(String(line))),
  );
  const code = await main(["sweep", ...args]).finally(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return {code, lines};
}

describe("paretoscope sweep", () => {
  test("gives the same bytes whole and from shards of any number in any order", async () => {
    const sweep = (kept: string, ...more: string[]) =>
      called("accel/kinetics", "--kept", join(folder, kept), "--threads", "2", ...more);
    const table = (name: string) => join(folder, `${name}.arrow`);
    expect((await sweep("whole", "--out", table("whole"))).lines).toEqual([
      "accel/kinetics: 0 of 4 settings kept, 4 run (no table is kept)",
    ]);
    for (const [name, shards] of [
      ["three", ["3/3", "1/3", "2/3"]],
      ["two", ["1/2", "2/2", "1/2"]],
    ] as const) {
      for (const shard of shards) await sweep(name, "--shard", shard);
      expect((await sweep(name, "--out", table(name))).lines).toEqual([
        "accel/kinetics: 4 of 4 settings kept",
      ]);
      expect(await readFile(table(name))).toEqual(await readFile(table("whole")));
      expect(await readdir(join(folder, name, ".pending/accel"))).toEqual([]);
    }
  }, 60_000);

  test("says what a shard did, and does it once", async () => {
    const shard = () => called("accel/kinetics", "--kept", join(folder, "once"), "--shard", "2/3");
    expect((await shard()).lines).toEqual(["accel/kinetics: 1 of 1 settings of the shard run"]);
    expect((await shard()).lines).toEqual(["accel/kinetics: 0 of 1 settings of the shard run"]);
  });

  test("goes on where it stood when its process was killed", async () => {
    const [id, kept] = ["accel/sparse-slices", join(folder, "killed")];
    const args = ["--import", "tsx", "src/cli/main.ts", "sweep", id, "--kept", kept, "--threads", "1"];
    const child = spawn(process.execPath, args, {stdio: "ignore"});
    while ((await readJournals(kept, id)).runs.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    const done = (await readJournals(kept, id)).runs.length;
    expect((await called(id, "--kept", kept)).lines).toEqual([
      `${id}: ${done} of 9 settings kept, ${9 - done} run (no table is kept)`,
    ]);
    expect((await called(id, "--kept", kept)).lines).toEqual([`${id}: 9 of 9 settings kept`]);
  });

  test.each([
    [["accel/kinetics", "--shard", "4/3"], /--shard must be I\/N with I from 1 to N, got "4\/3"/],
    [["accel/kinetics", "--shard", "0/3"], /--shard must be I\/N/],
    [["accel/kinetics", "--shard", "1/2", "--queue", "redis://x"], /one of --shard and --queue/],
    [["accel/kinetics", "--shard", "1/2", "--out", "x.csv"], /--out takes a whole sweep/],
    [["accel/kinetic"], /Did you mean accel\/kinetics\?/],
    [["formats/own-file"], /the experiment has no sweep/],
  ])("refuses %j", async (args, message) => {
    const {code, lines} = await called(...args);
    expect(code).toBe(2);
    expect(lines[0]).toMatch(message);
  });
});

test("a worker wants the address of a queue", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(await main(["worker"])).toBe(2);
  expect(error.mock.calls[0][0]).toBe("worker: --queue must name a Redis or Valkey, redis://…");
  error.mockRestore();
});
