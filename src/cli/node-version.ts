/** The check of Node before anything is loaded that an older one cannot run. */
import {readFileSync} from "node:fs";

/** A sentence if this Node is older than `engines` of package.json allows; undefined if it is not. */
export function nodeProblem(version: string = process.versions.node): string | undefined {
  const {engines} = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  if (isWithin(version, engines.node)) return undefined;
  return `paretoscope: Node ${engines.node} is needed, this is ${version}: get a newer one from https://nodejs.org`;
}

/** Whether a version is in a range of the form `^20.19.0 || >=22.12.0`; as scripts/bootstrap.mjs reads it. */
function isWithin(version: string, range: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  return Array.from(range.matchAll(/(\^|>=)(\d+)\.(\d+)/g)).some(([, sign, ...least]) => {
    const [leastMajor, leastMinor] = least.map(Number);
    return major === leastMajor ? minor >= leastMinor : sign === ">=" && major > leastMajor;
  });
}
