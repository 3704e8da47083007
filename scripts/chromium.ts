import {existsSync} from "node:fs";
import {findCommand, installPackage} from "./system-packages.js";

/** Arguments for a browser without a screen that keeps to itself. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
] as const;

/**
 * Arguments with which a browser has WebGPU on its software adapter. Clearing the memory of workgroups is left out:
 * it takes that adapter seconds to compile, and no kernel here reads what it has not written.
 */
export const SOFTWARE_WEBGPU_ARGS = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--use-webgpu-adapter=swiftshader",
  "--enable-dawn-features=disable_workgroup_init",
] as const;

/**
 * Where a Chromium is: `CHROMIUM` in the environment, or one of the usual names on the path.
 * @returns undefined if there is none.
 */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : undefined;
  return findCommand("chromium", "chromium-browser", "google-chrome");
}

/**
 * A Chromium for the browser tests; where there is none and this is root on a Debian system, it is installed.
 * @throws Error saying what to do where it cannot be had.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.env.CHROMIUM === undefined && installPackage("chromium", "the browser tests")) {
    const path = findChromium();
    if (path !== undefined) return path;
  }
  throw new Error(
    "the browser tests need Chromium, and it could not be installed here. Install it (on Debian: apt-get install chromium) or set CHROMIUM to where it is.",
  );
}
