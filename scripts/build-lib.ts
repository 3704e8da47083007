// npm run build:lib: the package's own files in dist, compiled modules with their types, the data sets they read and the
// versions of the code of experiments.
import {spawnSync} from "node:child_process";
import {chmod, copyFile, mkdir, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {DATA_SETS} from "../src/data/data-sets.js";
import {MODEL_FILES, SHIPPED_MODELS} from "../src/data/shipped-models.js";
import {hashExperiments} from "../src/data/sweep/code-hash.js";
import {PACKED_VERSIONS} from "../src/data/sweep/code-version.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";

const OUT = "dist";

async function buildLibrary(): Promise<number> {
  await rm(OUT, {recursive: true, force: true});
  const {status} = spawnSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) return status ?? 1;
  const models = SHIPPED_MODELS.flatMap((name) => MODEL_FILES.map((file) => `models/${name}/${file}`));
  for (const file of [...Object.values(DATA_SETS), ...models]) {
    const copy = join(OUT, "data", file);
    await mkdir(dirname(copy), {recursive: true});
    await copyFile(join("src/data", file), copy);
  }
  const loaded = await Promise.all(Object.keys(experiments).map(loadExperiment));
  const versions = Object.fromEntries(await hashExperiments(loaded, "."));
  await writeFile(join(OUT, "data/sweep", PACKED_VERSIONS), `${JSON.stringify(versions, null, 2)}\n`);
  await chmod(join(OUT, "cli/main.js"), 0o755);
  return 0;
}

process.exitCode = await buildLibrary();
