import type {ExperimentRun} from "../runs/experiment-run.js";

/**
 * Keeps the parameters of the same name in several runs at the same value: what a reader chooses in one holds in all of
 * them. Their addresses must share the prefix.
 */
export function inStep(runs: readonly ExperimentRun[], names: readonly string[]): void {
  for (const source of runs) {
    const follow = () => {
      for (const other of runs) if (other !== source) moveTo(other, source.values, names);
    };
    source.watch({moved: follow});
  }
}

/** Moves a run only where it differs, so that those in step come to rest. */
function moveTo(
  run: ExperimentRun,
  values: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  const changed = names.filter((name) => String(run.values[name]) !== String(values[name]));
  if (changed.length === 0) return;
  run.move({...run.values, ...Object.fromEntries(changed.map((name) => [name, values[name]]))} as never);
}
