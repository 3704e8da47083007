// Runs before anything is installed: Node built-ins only.
import {spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, rmdirSync} from "node:fs";
import {fileURLToPath} from "node:url";

const root = new URL("..", import.meta.url);

/** Runs a command in the repository root and ends this process with its status if it fails. */
export function must(command, ...args) {
  const {status, error} = spawnSync(command, args, {cwd: root, stdio: "inherit", env: process.env});
  if (error) stop(`could not start ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Ends with a message for the person at the terminal. */
export function stop(message, status = 1) {
  console.error(`paretoscope: ${message}`);
  process.exit(status);
}

/** Ends with one sentence where this Node is older than the `engines` of package.json allow. */
export function requireNode(version = process.versions.node) {
  const {engines} = readJson("package.json");
  if (isWithin(version, engines.node)) return;
  stop(`Node ${engines.node} is needed, this is ${version}: get a newer one from https://nodejs.org`, 2);
}

/** Whether a version such as 22.12.0 is in a range of the form `^20.19.0 || >=22.12.0`; patches do not count. */
export function isWithin(version, range) {
  const [major, minor] = version.split(".").map(Number);
  return Array.from(range.matchAll(/(\^|>=)(\d+)\.(\d+)/g)).some(([, sign, ...least]) => {
    const [leastMajor, leastMinor] = least.map(Number);
    if (major === leastMajor) return minor >= leastMinor;
    return sign === ">=" && major > leastMajor;
  });
}

/** Minutes that an install may take: over a slow network it takes some, and without one it must not take for ever. */
const installMinutes = 10;

/** Installs the dependencies of a folder's lock file unless they are there. */
export function ensureDependencies(folder = ".") {
  requireNode();
  const missing = missingPackage(folder);
  if (missing === undefined) return;
  const problem = whyUnwritable(new URL(`${folder}/`, root));
  if (problem !== undefined)
    stop(`${missing} in ${folder}/node_modules, and this folder is read-only (${problem}). ${copyCure}`);
  // Standard output is for results.
  console.error(`Installing the dependencies of ${folder}/package-lock.json (${missing}) …`);
  const isOnline = registryAnswers();
  if (!isOnline) console.error("The npm registry does not answer; trying what npm has kept …");
  // Not "npm ci": a lock file written where a registry lacks the optional packages of other platforms does not name
  // them, and "npm ci" refuses it. This installs the locked versions too, and leaves the lock file as it is.
  const way = isOnline ? ["--fetch-retries=1", "--fetch-timeout=60000"] : ["--offline"];
  const {status, error} = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", ...way], {
    cwd: new URL(`${folder}/`, root),
    stdio: ["inherit", 2, "inherit"],
    timeout: 60_000 * installMinutes,
  });
  if (error?.code === "ETIMEDOUT")
    stop(`npm install took more than ${installMinutes} minutes and was ended. ${copyCure}`);
  if (error) stop(`npm is needed to install the dependencies, and could not be started: ${error.message}`);
  if (status === 0) return;
  if (!isOnline)
    stop(`the npm registry does not answer, and npm has not kept all that is missing. ${copyCure}`);
  stop(`npm install failed, see its message above. ${copyCure}`);
}

const copyCure =
  "Connect to the npm registry, or copy node_modules from a checkout with the same package-lock.json; then nothing is installed.";

/** Whether npm gets an answer from its registry within seconds, with whatever proxy it is set to use. */
function registryAnswers() {
  const call = ["view", "htl", "name", "--fetch-retries=0", "--fetch-timeout=15000"];
  const {status} = spawnSync("npm", call, {stdio: "ignore", timeout: 30_000});
  return status === 0;
}

/** The code of the error with which nothing can be made in a folder; undefined if something can. */
export function whyUnwritable(folder) {
  try {
    rmdirSync(mkdtempSync(fileURLToPath(new URL(".install-", folder))));
    return undefined;
  } catch (error) {
    return error.code;
  }
}

/**
 * The first package of the lock file whose version is not installed, and why; undefined if all are. Contents are
 * compared and not times, which copying a checkout changes. Optional packages may be missing: most are for other platforms.
 */
export function missingPackage(folder, from = root) {
  const place = (path) => `${folder}/${path}`;
  // npm writes this file last, so an install that broke off half-way is repeated.
  if (readJson(place("node_modules/.package-lock.json"), from) === undefined) return "none are installed";
  const {packages} = readJson(place("package-lock.json"), from);
  for (const [path, {version, optional, link}] of Object.entries(packages)) {
    if (path === "" || link) continue;
    const installed = placesOf(path).map((each) => readJson(place(`${each}/package.json`), from)?.version);
    const found = installed.find((each) => each !== undefined);
    if (found === version || (optional && found === undefined)) continue;
    return `${nameOf(path)} must be ${version}, got ${found ?? "none"}`;
  }
  return undefined;
}

const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** A package's place in the lock file and those further up, where Node finds it too: npm does not always nest alike. */
function placesOf(path) {
  const places = [path];
  for (
    let at = path.lastIndexOf("/node_modules/");
    at >= 0;
    at = path.lastIndexOf("/node_modules/", at - 1)
  ) {
    const above = path.slice(0, at);
    const folder = above.slice(0, above.lastIndexOf("node_modules/"));
    places.push(`${folder}node_modules/${nameOf(path)}`);
  }
  return places;
}

function readJson(path, from = root) {
  try {
    return JSON.parse(readFileSync(new URL(path, from), "utf8"));
  } catch {
    return undefined;
  }
}
