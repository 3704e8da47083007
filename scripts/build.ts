// npm run build: fresh tables, the site, and the checks that Framework leaves out.
import {spawn} from "node:child_process";
import {rm} from "node:fs/promises";
import {finishSite} from "./finish-site.js";
import {makeTables} from "./make-tables.js";

/** Runs Framework's build; its output goes to the terminal and is returned to be searched for warnings. */
async function observableBuild(): Promise<string> {
  const child = spawn(
    process.execPath,
    ["node_modules/@observablehq/framework/dist/bin/observable.js", "build"],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {...process.env, OBSERVABLE_TELEMETRY_DISABLE: "1"},
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const status = await new Promise((resolve) => child.on("close", resolve));
  if (status !== 0) throw new Error(`observable build ended with status ${status}`);
  return output;
}

console.log("Tables …");
await makeTables();
console.log("Pages …");
await rm("site", {recursive: true, force: true});
const warnings = (await observableBuild()).split("\n").filter((line) => /warning/i.test(line));
const problems = [...warnings, ...(await finishSite("site"))];
for (const problem of problems) console.error(`build: ${problem}`);
if (problems.length > 0) {
  console.error(
    `build: ${problems.length} problem${problems.length === 1 ? "" : "s"}, the site is not fit to publish`,
  );
  process.exit(1);
}
