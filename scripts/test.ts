// npm test, once the dependencies are there: every check a reviewer would make, and one line that counts them.
import {spawn} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, sep} from "node:path";
import {ensureChromium} from "./chromium.js";
import {ensureRedis} from "./redis.js";

interface Count {
  passed: number;
  failed: number;
}

/** Takes the output of a stage's programs. */
type Print = (text: string) => void;

interface Stage {
  readonly name: string;
  /** Does the stage and counts its checks. */
  readonly run: (print: Print) => Promise<Count>;
}

const scratch = mkdtempSync(join(tmpdir(), "paretoscope-test-"));

/** A command that passes or fails as a whole: one check. */
function command(...args: string[]): Stage["run"] {
  return async (print) => {
    const passed = await npm(args, print);
    return {passed: Number(passed), failed: Number(!passed)};
  };
}

/** Vitest projects: each of their tests is a check, and a file that cannot be loaded is a failed one. */
function vitest(...projects: string[]): Stage["run"] {
  return async (print) => {
    const report = join(scratch, `${projects[0]}.json`);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const which = projects.flatMap((project) => ["--project", project]);
    const passed = await npm(["exec", "--", "vitest", "run", ...which, ...reporters], print);
    const {numPassedTests, numFailedTests} = readReport(report);
    // Whatever made vitest fail beside its tests counts as one failure.
    return {passed: numPassedTests, failed: Math.max(numFailedTests, Number(!passed))};
  };
}

function readReport(path: string): {numPassedTests: number; numFailedTests: number} {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {numPassedTests: 0, numFailedTests: 0};
  }
}

/** The folders of golden vectors; `models` holds checkpoints, which the engine's own tests read. */
function conformance(): Stage["run"] {
  const files = readdirSync("tests/golden", {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".json") && !name.startsWith(`models${sep}`))
    .map((name) => join("tests/golden", name));
  return command("run", "--silent", "conformance", "--", "--out", join(scratch, "conformance"), ...files);
}

function npm(args: readonly string[], print: Print): Promise<boolean> {
  const child = spawn("npm", args, {stdio: ["inherit", "pipe", "pipe"]});
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", print);
  return new Promise((resolve) => {
    child.on("error", () => resolve(false)).on("close", (status) => resolve(status === 0));
  });
}

/** A stage that needs a program of the system, which is installed where it can be. */
function needing(ensure: () => void, run: Stage["run"]): Stage["run"] {
  return async (print) => {
    try {
      ensure();
    } catch (error) {
      print(`${(error as Error).message}\n`);
      return {passed: 0, failed: 1};
    }
    return run(print);
  };
}

function setChromium(): void {
  process.env.CHROMIUM = ensureChromium();
}

/** Stages in their order; those of one group leave cores idle where they go alone, and go side by side. */
const groups: readonly (readonly Stage[])[] = [
  [
    {name: "types and lint", run: command("run", "--silent", "check")},
    {name: "conformance with the golden files", run: conformance()},
    {name: "unused code", run: command("exec", "--", "knip")},
  ],
  [{name: "unit tests", run: needing(ensureRedis, vitest("unit", "unit-isolated"))}],
  [
    {name: "kept tables", run: command("exec", "--", "tsx", "scripts/check-tables.ts")},
    {name: "package", run: vitest("package")},
    {name: "site", run: command("run", "--silent", "build")},
  ],
  [{name: "the site in a browser", run: needing(setChromium, vitest("browser", "browser-alone"))}],
];

/** Runs a stage; what it prints is shown at once if it is alone, else when it is over. */
async function runStage({name, run}: Stage, isAlone: boolean): Promise<Count> {
  const texts = [`\n== ${name}\n`];
  if (isAlone) process.stdout.write(texts.pop()!);
  const start = performance.now();
  const count = await run((text) => (isAlone ? process.stdout.write(text) : texts.push(text)));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(texts.join(""));
  console.log(`== ${name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`);
  return count;
}

const total: Count = {passed: 0, failed: 0};
const began = performance.now();
for (const group of groups) {
  if (group.length > 1) console.log(`\nSide by side: ${group.map(({name}) => name).join(", ")} …`);
  for (const {passed, failed} of await Promise.all(
    group.map((stage) => runStage(stage, group.length === 1)),
  )) {
    total.passed += passed;
    total.failed += failed;
  }
}
rmSync(scratch, {recursive: true, force: true});
console.log(`\nAll stages took ${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
