// npm run build:lib: the package's own files in dist, compiled modules with their types and the data sets they read.
import {spawnSync} from "node:child_process";
import {chmod, copyFile, mkdir, rm} from "node:fs/promises";
import {dirname, join} from "node:path";
import {DATA_SETS} from "../src/data/data-sets.js";

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
  for (const file of Object.values(DATA_SETS)) {
    const copy = join(OUT, "data", file);
    await mkdir(dirname(copy), {recursive: true});
    await copyFile(join("src/data", file), copy);
  }
  await chmod(join(OUT, "cli/main.js"), 0o755);
  return 0;
}

process.exitCode = await buildLibrary();
