import {accelFindings} from "./accel.js";
import {arithmeticFindings, arrayFindings} from "./arithmetic.js";
import {attentionFindings} from "./attention.js";
import {bitWeightFindings} from "./bit-weight.js";
import {compiledFindings} from "./compiled.js";
import {diffusionFindings} from "./diffusion.js";
import {draftingFindings} from "./drafting.js";
import type {Finding} from "./finding.js";
import {mapFindings} from "./format-map.js";
import {formatFindings} from "./formats.js";
import {grammarFindings} from "./grammars.js";
import {kvFindings} from "./kv.js";
import {layoutsFindings} from "./layouts.js";
import {mixerFindings} from "./mixers.js";
import {modelFindings} from "./models.js";
import {otherMixerFindings} from "./other-mixers.js";
import {reductionFindings} from "./reductions.js";
import {sceneFindings} from "./scenes.js";
import {siteFindings} from "./site.js";
import {smashFindings} from "./smash.js";
import {sparseFindings} from "./sparse.js";
import {sparseTilesFindings} from "./sparse-tiles.js";
import {ssmFindings} from "./ssm.js";
import {wrongKernelFindings} from "./wrong-kernels.js";

/** Every sentence of a page that states a result, with what holds it. */
export const FINDINGS: readonly Finding[] = [
  ...mapFindings,
  ...formatFindings,
  ...arithmeticFindings,
  ...arrayFindings,
  ...modelFindings,
  ...kvFindings,
  ...attentionFindings,
  ...mixerFindings,
  ...otherMixerFindings,
  ...ssmFindings,
  ...draftingFindings,
  ...grammarFindings,
  ...compiledFindings,
  ...diffusionFindings,
  ...accelFindings,
  ...bitWeightFindings,
  ...smashFindings,
  ...layoutsFindings,
  ...wrongKernelFindings,
  ...reductionFindings,
  ...sparseTilesFindings,
  ...sceneFindings,
  ...sparseFindings,
  ...siteFindings,
];
