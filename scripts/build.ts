// npm run build: fresh tables, the site, and the checks that Framework leaves out.

import {spawn} from "node:child_process";
import {rm} from "node:fs/promises";
import {complain, say} from "../src/cli/terminal/print.js";
import {exclusively} from "./exclusive.js";
import {finishSite} from "./finish-site.js";
import {makeTables} from "./make-tables.js";
import {replaceFolder, restoreFolder} from "./replace-folder.js";

const SITE = "site";
/** The place of a site that is being made: the finished one stays whole until this one is finished too. */
const BUILDING = "site.building";

/** Runs Framework's build; its output goes to the terminal and is returned to be searched for warnings. */
async function observableBuild(): Promise<string> {
  const child = spawn(
    process.execPath,
    ["node_modules/@observablehq/framework/dist/bin/observable.js", "build"],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {...process.env, OBSERVABLE_TELEMETRY_DISABLE: "1", PARETOSCOPE_SITE: BUILDING},
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

/** Makes the site; one that is not fit to publish is left beside the old one, to be looked at. */
async function build(): Promise<void> {
  await restoreFolder(SITE);
  say("Tables …");
  await makeTables();
  say("Pages …");
  await rm(BUILDING, {recursive: true, force: true});
  const warnings = (await observableBuild()).split("\n").filter((line) => /warning/i.test(line));
  const problems = [...warnings, ...(await finishSite(BUILDING))];
  if (problems.length === 0) return replaceFolder(SITE, BUILDING);
  for (const problem of problems) complain(`build: ${problem}`);
  const count = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
  complain(`build: ${count}, the site in ${BUILDING} is not fit to publish; ${SITE} is as it was`);
  process.exitCode = 1;
}

try {
  await exclusively("site.lock", build, {
    waiting: (pid) => say(`Another build is at work here (process ${pid}); waiting for it …`),
  });
} catch (error) {
  complain(`build: ${(error as Error).message}`);
  process.exitCode = 1;
}
