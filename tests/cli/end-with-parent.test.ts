import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {afterAll, beforeAll, expect, test} from "vitest";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parent-"));
});
afterAll(() => rm(folder, {recursive: true}));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a child in an endless loop ends with its killed parent", async () => {
  const module = pathToFileURL(resolve("src/cli/files/end-with-parent.ts")).href;
  const [child, parent] = [join(folder, "child.mjs"), join(folder, "parent.mjs")];
  await writeFile(
    child,
    `import {endWithParent} from ${JSON.stringify(module)};
    endWithParent(Number(process.argv[2]));
    setTimeout(() => { process.send("busy"); setTimeout(() => { for (;;); }, 50); }, 500);`,
  );
  await writeFile(
    parent,
    `import {fork} from "node:child_process";
    const child = fork(${JSON.stringify(child)}, [String(process.pid)]);
    child.on("message", () => console.log(child.pid));`,
  );
  const started = spawn(process.execPath, ["--import", "tsx", parent], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [text] = await once(started.stdout.setEncoding("utf8"), "data");
  const pid = Number(text);
  expect(isAlive(pid)).toBe(true);
  started.kill("SIGKILL");
  while (isAlive(pid)) await new Promise((wait) => setTimeout(wait, 50));
  expect(isAlive(pid)).toBe(false);
});
