/** Version of the code that makes the rows of an experiment; kept rows and the workers of a queue are held to it. */
import {readFile} from "node:fs/promises";
import {fileURLToPath} from "node:url";
import type {Experiment} from "../../lib/experiment/experiment.js";
import type {CodeVersion} from "./made.js";

/** In the package, which has no sources, the versions lie beside this module: written when the package is built. */
export const PACKED_VERSIONS = "code-versions.json";

/**
 * The version of the code of each experiment: of the sources in a checkout, of the build in the package.
 * @throws Error if the package lacks the version of one.
 */
export async function codeVersions(
  experiments: readonly Experiment[],
): Promise<ReadonlyMap<string, CodeVersion>> {
  if (import.meta.url.endsWith(".ts")) {
    const {hashExperiments} = await import("./code-hash.js");
    return hashExperiments(experiments, fileURLToPath(new URL("../../..", import.meta.url)));
  }
  const text = await readFile(new URL(PACKED_VERSIONS, import.meta.url), "utf8");
  return new Map(Object.entries(JSON.parse(text) as Record<string, CodeVersion>));
}

/** True if the code of an experiment is still of a version. */
export async function isStillVersion(experiment: Experiment, version: CodeVersion): Promise<boolean> {
  const now = (await codeVersions([experiment])).get(experiment.id);
  return JSON.stringify(now) === JSON.stringify(version);
}
