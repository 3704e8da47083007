import {spawnSync} from "node:child_process";
import {say} from "../src/cli/terminal/print.js";

/** Path of the first of some commands that is installed; undefined if none is. */
export function findCommand(...names: readonly string[]): string | undefined {
  return names
    .map((name) => spawnSync("sh", ["-c", `command -v ${name}`], {encoding: "utf8"}).stdout?.trim())
    .find(Boolean);
}

/** Installs a package of Debian if this is root on such a system, and tells what for. @returns whether it did. */
export function installPackage(name: string, purpose: string): boolean {
  if (process.getuid?.() !== 0 || findCommand("apt-get") === undefined) return false;
  say(`Installing ${name} for ${purpose} (apt-get) …`);
  // A server among the packages is for a test to start, not for the system.
  const env = {...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1"};
  const run = (...args: string[]) => spawnSync("apt-get", args, {stdio: "inherit", env}).status === 0;
  return run("update", "-q") && run("install", "-y", "-q", "--no-install-recommends", name);
}
