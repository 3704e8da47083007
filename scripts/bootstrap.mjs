// Runs before anything is installed: Node built-ins only.
import {spawnSync} from "node:child_process";
import {statSync} from "node:fs";

const root = new URL("..", import.meta.url);
const oldestNode = 20;

/** Runs a command in the repository root and ends this process with its status if it fails. */
export function must(command, ...args) {
  const {status, error} = spawnSync(command, args, {cwd: root, stdio: "inherit", env: process.env});
  if (error) stop(`could not start ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

/** Ends with a message for the person at the terminal. */
export function stop(message) {
  console.error(`paretoscope: ${message}`);
  process.exit(1);
}

/** Installs the dependencies of a folder's lock file if they are absent or older than it. */
export function ensureDependencies(folder = ".") {
  if (Number(process.versions.node.split(".")[0]) < oldestNode) {
    stop(`Node ${oldestNode} or newer is needed, this is ${process.version}. See https://nodejs.org`);
  }
  // npm writes this file last, so an install that broke off half-way is repeated.
  const installed = modified(`${folder}/node_modules/.package-lock.json`);
  if (installed >= modified(`${folder}/package-lock.json`)) return;
  // Standard output is for results.
  console.error(`Installing the dependencies of ${folder}/package-lock.json …`);
  // Not "npm ci": a lock file written where a registry lacks the optional packages of other platforms does not name
  // them, and "npm ci" refuses it. This installs the locked versions too, and leaves the lock file as it is.
  const {status, error} = spawnSync("npm", ["install", "--no-save", "--no-audit", "--no-fund"], {
    cwd: new URL(`${folder}/`, root),
    stdio: ["inherit", 2, "inherit"],
  });
  if (error) stop(`npm is needed to install the dependencies, and could not be started: ${error.message}`);
  if (status !== 0) stop("npm install failed; it needs the npm registry, see its message above");
}

function modified(path) {
  return statSync(new URL(path, root), {throwIfNoEntry: false})?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
