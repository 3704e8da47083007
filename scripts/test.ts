// npm test, once the dependencies are there: every check a reviewer would make, and one line that counts them.
import {spawnSync} from "node:child_process";
import {mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {join, sep} from "node:path";
import {ensureChromium} from "./chromium.js";
import {ensureRedis} from "./redis.js";

interface Count {
  passed: number;
  failed: number;
}

interface Stage {
  readonly name: string;
  /** Does the stage and counts its checks. */
  readonly run: () => Count;
}

const scratch = mkdtempSync(join(tmpdir(), "paretoscope-test-"));

/** A command that passes or fails as a whole: one check. */
function command(...args: string[]): Count {
  const passed = npm(...args);
  return {passed: Number(passed), failed: Number(!passed)};
}

/** A vitest project: each of its tests is a check, and a file that cannot be loaded is a failed one. */
function vitest(project: string): Count {
  const report = join(scratch, `${project}.json`);
  const args = ["--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const passed = npm("exec", "--", "vitest", "run", ...args);
  const {numPassedTests, numFailedTests} = readReport(report);
  // Whatever made vitest fail beside its tests counts as one failure.
  return {passed: numPassedTests, failed: Math.max(numFailedTests, Number(!passed))};
}

function readReport(path: string): {numPassedTests: number; numFailedTests: number} {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {numPassedTests: 0, numFailedTests: 0};
  }
}

/** The folders of golden vectors; `models` holds checkpoints, which the engine's own tests read. */
function conformance(): Count {
  const files = readdirSync("tests/golden", {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".json") && !name.startsWith(`models${sep}`))
    .map((name) => join("tests/golden", name));
  return command("run", "--silent", "conformance", "--", "--out", join(scratch, "conformance"), ...files);
}

function npm(...args: string[]): boolean {
  return spawnSync("npm", args, {stdio: "inherit"}).status === 0;
}

function browser(): Count {
  try {
    process.env.CHROMIUM = ensureChromium();
  } catch (error) {
    console.error((error as Error).message);
    return {passed: 0, failed: 1};
  }
  return vitest("browser");
}

/** Unit tests, with a server for those of the queue. */
function unit(): Count {
  try {
    ensureRedis();
  } catch (error) {
    console.error((error as Error).message);
    return {passed: 0, failed: 1};
  }
  return vitest("unit");
}

const stages: readonly Stage[] = [
  {name: "types and lint", run: () => command("run", "--silent", "check")},
  {name: "unit tests", run: unit},
  {name: "conformance with the golden files", run: conformance},
  {name: "kept tables", run: () => command("exec", "--", "tsx", "scripts/check-tables.ts")},
  {name: "unused code", run: () => command("exec", "--", "knip")},
  {name: "package", run: () => vitest("package")},
  {name: "site", run: () => command("run", "--silent", "build")},
  {name: "the site in a browser", run: browser},
];

const total: Count = {passed: 0, failed: 0};
for (const {name, run} of stages) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const {passed, failed} = run();
  total.passed += passed;
  total.failed += failed;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`== ${name}: ${passed} passed, ${failed} failed, ${seconds} s`);
}
rmSync(scratch, {recursive: true, force: true});
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 ? 1 : 0);
