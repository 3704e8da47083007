import {spawnSync} from "node:child_process";
import {existsSync} from "node:fs";

/** Arguments for a browser without a screen that keeps to itself. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
] as const;

/**
 * Where a Chromium is: `CHROMIUM` in the environment, or one of the usual names on the path.
 * @returns undefined if there is none.
 */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : undefined;
  return ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => spawnSync("sh", ["-c", `command -v ${name}`], {encoding: "utf8"}).stdout?.trim())
    .find(Boolean);
}

/**
 * A Chromium for the browser tests; where there is none and this is root on a Debian system, it is installed.
 * @throws Error saying what to do where it cannot be had.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  const isRoot = process.getuid?.() === 0;
  const hasApt = spawnSync("sh", ["-c", "command -v apt-get"]).status === 0;
  if (process.env.CHROMIUM === undefined && isRoot && hasApt) {
    console.log("Installing chromium for the browser tests (apt-get) …");
    const env = {...process.env, DEBIAN_FRONTEND: "noninteractive"};
    const run = (...args: string[]) => spawnSync("apt-get", args, {stdio: "inherit", env}).status === 0;
    const installed =
      run("update", "-q") && run("install", "-y", "-q", "--no-install-recommends", "chromium");
    const path = installed ? findChromium() : undefined;
    if (path !== undefined) return path;
  }
  throw new Error(
    "the browser tests need Chromium, and it could not be installed here. Install it (on Debian: apt-get install chromium) or set CHROMIUM to where it is.",
  );
}
