// Writes what pages read of experiments into the cache of Framework, which then takes it as it is: from kept rows where
// they fit, and from settings run now where they do not.

import {readdir, rm, utimes} from "node:fs/promises";
import {join} from "node:path";
import {say} from "../src/cli/terminal/print.js";
import {fillAll, sentenceOn, sweepStates, sweptExperiments} from "../src/data/sweep/all-sweeps.js";
import {withSweepPool} from "../src/data/sweep/pool.js";
import {writeWhole} from "../src/data/sweep/store.js";
import {KEPT, shippedTable} from "../src/data/sweep/table.js";
import {allTables} from "../src/lib/experiment/columns.js";
import {tablePath} from "../src/lib/experiment/table.js";

/** Folders in which Framework keeps the output of loaders: pages, and below them data. */
const PAGE_CACHE = "src/.observablehq/cache";
const CACHE = `${PAGE_CACHE}/data`;

/**
 * Writes all tables of experiments, and says a line an experiment. What other loaders made is removed, so
 * that Framework runs them anew: it looks at a loader's own file and not at what it imports.
 * @throws Error naming the setting that failed.
 */
export async function makeTables(root = process.cwd(), tell: (line: string) => void = say): Promise<void> {
  const cache = join(root, CACHE);
  await removeOthers(root, cache);
  const states = await sweepStates(KEPT, await sweptExperiments());
  await withSweepPool((run) =>
    fillAll(KEPT, states, run, {
      complete: async (state, runs) => {
        const {experiment} = state.plan;
        for (const name of Object.keys(allTables(experiment))) {
          const file = join(cache, "tables", tablePath(experiment.id, name));
          await writeWhole(file, shippedTable({plan: state.plan, runs}, name));
          // Framework takes a file that is older than its loader for a stale one.
          await utimes(file, new Date(), new Date());
        }
        tell(sentenceOn(state, secondsOf(state, runs)));
      },
    }),
  );
}

function secondsOf(
  {have}: {have: ReadonlyMap<string, unknown>},
  runs: readonly {key: string; seconds: number}[],
) {
  return runs.filter(({key}) => !have.has(key)).reduce((sum, {seconds}) => sum + seconds, 0);
}

async function removeOthers(root: string, cache: string): Promise<void> {
  for (const name of await readdir(join(root, "src/data"))) {
    const output = /^(.+\.(?:arrow|json))\.ts$/.exec(name)?.[1];
    if (output !== undefined) await rm(join(cache, output), {force: true});
  }
  for (const name of await readdir(join(root, "src"))) {
    const page = /^(.+\.md)\.ts$/.exec(name)?.[1];
    if (page !== undefined) await rm(join(root, PAGE_CACHE, page), {force: true});
  }
}
