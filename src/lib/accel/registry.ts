import {registry} from "../technique/registry.js";
import {bitWeightTechnique} from "./bit-weight/technique.js";
import {doubleDutyTechnique} from "./double-duty/technique.js";
import {hsaTechnique} from "./hsa/technique.js";
import {kineticsTechnique} from "./kinetics-technique.js";
import {mixpeTechnique} from "./mixpe/technique.js";
import {rooflineTechnique} from "./roofline-technique.js";
import {smashTechnique} from "./smash/technique.js";
import {sparseTilesTechnique} from "./sparse/technique.js";
import {sstTechnique} from "./sst/technique.js";
import {systolicTechnique} from "./systolic/technique.js";
import {tableCoreTechnique} from "./table-core/technique.js";
import {tilusTechnique} from "./tilus/technique.js";

/** Accelerators and cost models by the ids of the pages that show them. */
export const accelerators = registry("accelerators", [
  rooflineTechnique,
  systolicTechnique,
  hsaTechnique,
  sstTechnique,
  kineticsTechnique,
  sparseTilesTechnique,
  tilusTechnique,
  bitWeightTechnique,
  doubleDutyTechnique,
  smashTechnique,
  mixpeTechnique,
  tableCoreTechnique,
]);
