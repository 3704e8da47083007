import {findCommand, installPackage} from "./system-packages.js";

/** Path of a Redis or Valkey server; undefined if there is none. */
export function findRedis(): string | undefined {
  return findCommand("redis-server", "valkey-server");
}

/**
 * A Redis or Valkey for the tests of the queue; where there is none and this is root on a Debian system, it is installed.
 * @throws Error saying what to do where it cannot be had.
 */
export function ensureRedis(): string {
  const found = findRedis();
  if (found !== undefined) return found;
  const installed = installPackage("redis-server", "the tests of the queue") ? findRedis() : undefined;
  if (installed !== undefined) return installed;
  throw new Error(
    "the tests of the queue need Redis or Valkey, and it could not be installed here. Install it (on Debian: apt-get install redis-server).",
  );
}
