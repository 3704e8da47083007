import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, test, vi} from "vitest";
import {pythonPeer} from "../../bench/peers/python.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bench-"));
});
afterEach(() => {
  rmSync(folder, {recursive: true});
  vi.unstubAllEnvs();
});

/** Stands in for Python: a program that ignores the script's name. */
function standIn(program: string): void {
  const path = join(folder, "python");
  writeFileSync(path, `#!${process.execPath}\n${program}`, {mode: 0o755});
  vi.stubEnv("PYTHON", path);
}

test("there is no peer without Python, nor where the script ends before it says its name", async () => {
  vi.stubEnv("PYTHON", join(folder, "missing"));
  expect(await pythonPeer("script.py")).toEqual([]);
  standIn("process.exit(1)");
  expect(await pythonPeer("script.py")).toEqual([]);
});

test("a peer is named by its script, with its arguments, and works once for every line", async () => {
  standIn(`
    console.log("stand-in " + process.argv.slice(2).join(" "));
    let runs = 0;
    process.stdin.on("data", () => console.log(++runs));
  `);
  const [peer] = await pythonPeer("script.py", 3, "x");
  expect(peer?.name).toBe("stand-in bench/script.py 3 x");
  for (let i = 0; i < 3; i++) await peer.run();
});

test("a script that ends in the middle of its work is an error", async () => {
  standIn(`
    console.log("short-lived");
    process.stdin.once("data", () => process.exit(1));
  `);
  const [peer] = await pythonPeer("script.py");
  await expect(peer.run()).rejects.toThrow("pythonPeer: the script must answer every line, got its end");
});
