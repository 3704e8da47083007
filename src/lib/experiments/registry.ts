import type {Experiment} from "../experiment/experiment.js";

/** Every experiment by its id, loaded when first asked for: adding one is one line here. */
export const experiments: Readonly<Record<string, () => Promise<Experiment>>> = {
  "formats/block-scale": () => import("./formats/block-scale.js").then((m) => m.blockScale),
};

/**
 * The experiment of an id.
 * @throws RangeError naming all ids if there is none.
 */
export async function loadExperiment(id: string): Promise<Experiment> {
  const load = Object.hasOwn(experiments, id) ? experiments[id] : undefined;
  if (load === undefined) {
    throw new RangeError(
      `loadExperiment: id must be one of ${Object.keys(experiments).join(", ")}, got ${JSON.stringify(id)}`,
    );
  }
  const found = await load();
  if (found.id !== id) throw new RangeError(`loadExperiment: ${id} must load itself, got ${found.id}`);
  return found;
}
