import {nitroClaims} from "../../../src/lib/experiments/claims/accelerators/nitro.js";
import {hardwareClaims} from "../../../src/lib/experiments/claims/accelerators.js";
import {arithmeticClaimList} from "../../../src/lib/experiments/claims/arithmetic.js";
import type {Claim} from "../../../src/lib/experiments/claims/claim.js";
import {DECODING_CLAIMS} from "../../../src/lib/experiments/claims/decoding.js";
import {flashDlmClaims} from "../../../src/lib/experiments/claims/diffusion/flash-dlm.js";
import {mixtureClaims} from "../../../src/lib/experiments/claims/experts/mixtures.js";
import {CACHE_CLAIMS} from "../../../src/lib/experiments/claims/kv-caches.js";
import {attambaClaims} from "../../../src/lib/experiments/claims/mixers/attamba.js";
import {ecoformerClaims} from "../../../src/lib/experiments/claims/mixers/ecoformer.js";
import {flashRnnClaims} from "../../../src/lib/experiments/claims/mixers/flash-rnn.js";
import {kroneckerClaims} from "../../../src/lib/experiments/claims/mixers/kronecker.js";
import {matMulFreeClaims} from "../../../src/lib/experiments/claims/mixers/matmul-free.js";
import {outlierClaims} from "../../../src/lib/experiments/claims/number-formats/outliers.js";
import {formatClaims} from "../../../src/lib/experiments/claims/number-formats.js";
import {costClaims} from "../../../src/lib/experiments/claims/regress/costs-from-text.js";
import {semanticClaims} from "../../../src/lib/experiments/claims/scenes/semantic-compression.js";
import {SPARSE_CLAIMS} from "../../../src/lib/experiments/claims/sparse.js";
import {glaClaims} from "../../../src/lib/experiments/claims/state-space/gla.js";
import {quambaClaims} from "../../../src/lib/experiments/claims/state-space/quamba.js";
import {quamba2Claims} from "../../../src/lib/experiments/claims/state-space/quamba2.js";
import {vmeanbaClaims} from "../../../src/lib/experiments/claims/state-space/vmeanba.js";
import {SELECTION_CLAIMS} from "../../../src/lib/experiments/claims/token-selection.js";
import {modelClaims} from "../../../src/lib/experiments/claims/working-model.js";

/** A claim of some ledger, whatever that runs. */
type AnyClaim = Omit<Claim<never>, "ours">;

/** The claims of each ledger by its id. */
export const CLAIMS: Readonly<Record<string, readonly AnyClaim[]>> = {
  "claims/accelerators": [...hardwareClaims, ...nitroClaims],
  "claims/arithmetic": arithmeticClaimList,
  "claims/number-formats": [...formatClaims, ...outlierClaims],
  "claims/working-model": modelClaims,
  "claims/kv-caches": Object.values(CACHE_CLAIMS).flat(),
  "claims/token-selection": Object.values(SELECTION_CLAIMS).flat(),
  "claims/mixers": [
    ...attambaClaims,
    ...matMulFreeClaims,
    ...flashRnnClaims,
    ...kroneckerClaims,
    ...ecoformerClaims,
  ],
  "claims/experts": mixtureClaims,
  "claims/regress": costClaims,
  "claims/scenes": semanticClaims,
  "claims/decoding": DECODING_CLAIMS,
  "claims/diffusion": flashDlmClaims,
  "claims/state-space": [...quambaClaims, ...quamba2Claims, ...glaClaims, ...vmeanbaClaims],
  "claims/sparse": SPARSE_CLAIMS,
};

/** All claims of all ledgers. */
export const ALL_CLAIMS: readonly AnyClaim[] = Object.values(CLAIMS).flat();
