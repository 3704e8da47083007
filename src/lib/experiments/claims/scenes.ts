import {experiment} from "../../experiment/experiment.js";
import {COMPARING} from "../../scenes/quality.js";
import {loadCodecs} from "../../scenes/rates.js";
import {comparedObjects} from "../shared/compared-objects.js";
import {claimColumns} from "./claim.js";
import {ledgerRows} from "./ledger-rows.js";
import {type Found, semanticClaims} from "./scenes/semantic-compression.js";

/** Distances from the grammar at which the claims are judged. */
const AMPLITUDES = [0, 0.1, 0.3] as const;
/** The seed of the objects: none of those that the pages show. */
const SEED = 9;

/** Claims on storing 3D objects as words, beside the library's codecs and shape programs. */
export const sceneClaims = experiment({
  id: "claims/scenes",
  title: "Claims about 3D objects in words",
  question: "Which printed claims about storing an object as a text hold with a grammar of shapes?",
  source: "the paper named in each row",
  params: {
    perFamily: {
      kind: "integer",
      label: "Objects of each of six kinds",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 40,
      default: 10,
    },
  },
  columns: claimColumns,
  needs: [],
  sweep: [{}],
  async run({perFamily}, {progress}) {
    const codecs = await loadCodecs(["draco"]);
    const comparing = {...COMPARING, points: 2000, resolution: 1};
    const found: Found[] = [];
    for (const [n, amplitude] of AMPLITUDES.entries()) {
      const setting = {outside: "all", amplitude, perFamily, seeds: [SEED], detail: 3, comparing} as const;
      const tell = (share: number, what?: string) => progress((n + share) / AMPLITUDES.length, what);
      found.push({amplitude, objects: await comparedObjects(setting, codecs, tell)});
    }
    return ledgerRows(semanticClaims, found);
  },
});
