import {experiment} from "../../experiment/experiment.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {MASKED_NEEDS, openedMasked} from "../shared/masked.js";
import {claimColumns} from "./claim.js";
import {type Found, wayScores} from "./diffusion/evidence.js";
import {FLASH_DLM, flashDlmClaims, READ_WAYS} from "./diffusion/flash-dlm.js";
import {ledgerRows, paperParam} from "./ledger-rows.js";

/** Claims about masked diffusion language models, judged on what ours writes. */
export const diffusionClaims = experiment({
  id: "claims/diffusion",
  title: "Claims about diffusion language models",
  question: "Do reuse and guidance make masked diffusion fast, and what do they lose?",
  source: "the papers named in each row",
  params: {
    paper: paperParam([FLASH_DLM]),
    documents: {
      kind: "integer",
      label: "Documents for each of three seeds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: MASKED_NEEDS,
  sweep: [{}],
  async run({documents}, {data, progress}) {
    const models = {masked: await openedMasked(data), decoder: await openedDecoder("decoder-small", data)};
    const texts = testTexts(models.decoder.config, {documents});
    const found: Record<string, Found[string]> = {};
    for (const [n, way] of READ_WAYS.entries()) {
      await progress(n / READ_WAYS.length, way);
      found[way] = wayScores(way, models, texts);
    }
    return ledgerRows<Found>(flashDlmClaims, found);
  },
});
