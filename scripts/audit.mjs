// npm run audit: known faults of what the package needs at run time, where the registry lists them.
import {spawnSync} from "node:child_process";
import {requireNode} from "./bootstrap.mjs";

requireNode();
const {stdout} = spawnSync("npm", ["audit", "--omit=dev", "--json"], {encoding: "utf8", timeout: 120_000});
const report = read(stdout);
if (report?.metadata?.vulnerabilities === undefined) {
  console.error("audit: this registry does not list known faults, or does not answer; nothing was looked at");
} else {
  const {total} = report.metadata.vulnerabilities;
  console.error(`audit: ${total} known faults in what the package needs at run time`);
  if (total > 0) console.log(JSON.stringify(report.vulnerabilities, null, 2));
  process.exitCode = total > 0 ? 1 : 0;
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
