/** A plan as rows: the format of every tensor, and what there was to choose from. */
import {KEEP} from "../../../checkpoint/recipe.js";
import type {Measured} from "../../../evaluate/evaluate.js";
import type {Row} from "../../../experiment/columns.js";
import type {Provenance} from "../../../experiment/provenance.js";
import type {Part, Plan} from "../../../plan/make-plan.js";
import type {FormatCost} from "../../../plan/tensor-parts.js";
import {elementCount} from "../../../tensor/tensor.js";
import type {ownFile} from "../../formats/own-file.js";
import {type CacheOption, techniqueOf} from "./caches.js";
import type {PlannedModel} from "./planned-model.js";

/** One tensor in one format. */
export type ErrorRow = Row<(typeof ownFile)["columns"]>;

/** Damages of formats and caches. */
export interface Damages {
  /** Errors of the tensors in the formats that were asked for, whether the model runs or not. */
  readonly errors: readonly ErrorRow[];
  readonly costs: readonly FormatCost[];
  readonly caches: readonly CacheOption[];
  readonly provenance: Provenance;
  readonly cacheProvenance: Provenance;
  /** The reason why damage is an error of numbers and no divergence of predictions; null where it is one. */
  readonly whyNoDivergences: string | null;
  /** The reason why the model was not run at all; null where it was. */
  readonly whyNotRun: string | null;
}

/** A plan with the parts and the cache that it chose for. */
export interface Chosen {
  readonly made: Plan;
  readonly parts: readonly Part[];
  readonly cache: CacheOption | null;
}

/** The plan as a whole, really run. */
export interface MeasuredResult {
  /** Mean KL divergence on the texts that it was chosen by. */
  readonly choosing: number;
  /** On others. */
  readonly reported: NonNullable<Measured["comparison"]>;
}

/** A row for each tensor that the plan decides on. */
export function rowsOf({tensors}: PlannedModel, {costs, provenance}: Damages, {made, parts}: Chosen) {
  const cost = new Map(costs.map((each) => [`${each.format} ${each.tensor}`, each]));
  return parts.flatMap(({names}, part) =>
    names.map((tensor) => {
      const {id: format} = made.chosen[part];
      const {dtype, shape, bytes} = tensors.get(tensor)!;
      const found = format === KEEP ? {bytes, damage: 0} : cost.get(`${format} ${tensor}`)!;
      return {
        tensor,
        format,
        storedAs: dtype,
        elements: elementCount(shape),
        bytes: found.bytes,
        damage: found.damage,
        provenance,
      };
    }),
  );
}

/** A row for each cache that there was to choose from. */
export const cacheRows = ({caches, cacheProvenance}: Damages, chosen: CacheOption | null) =>
  caches.map(({choice, id, bytes, damage}) => {
    const {technique, params} = techniqueOf(choice);
    return {
      cache: id,
      label: choice.label,
      technique,
      settings: JSON.stringify(params),
      bytes,
      damage,
      isChosen: id === chosen?.id,
      provenance: cacheProvenance,
    };
  });
