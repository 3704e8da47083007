import {experiment} from "../../experiment/experiment.js";
import {openedDecoder, testTexts} from "../shared/decoder-texts.js";
import {
  COREFERENCE_DECODER,
  needsOfPredicted,
  PREDICTED_DECODERS,
  type PredictedDecoder,
  predictorOf,
} from "../shared/predictors.js";
import {claimColumns} from "./claim.js";
import {ledgerRows, paperParam} from "./ledger-rows.js";
import type {Found, Scores, SelectionClaim} from "./token-selection/evidence.js";
import {READINGS, readingScores} from "./token-selection/readings.js";
import {
  H2O,
  h2oClaims,
  QUEST,
  questClaims,
  SNAPKV,
  STREAMING_LLM,
  snapKvClaims,
  streamingLlmClaims,
} from "./token-selection/rivals.js";
import {TOKEN_BUTLER, tokenButlerClaims} from "./token-selection/token-butler.js";

/** Claims on token selection by paper. */
export const SELECTION_CLAIMS = {
  [TOKEN_BUTLER]: tokenButlerClaims,
  [QUEST]: questClaims,
  [H2O]: h2oClaims,
  [SNAPKV]: snapKvClaims,
  [STREAMING_LLM]: streamingLlmClaims,
} as const satisfies Readonly<Record<string, readonly SelectionClaim[]>>;

const MODELS = [...PREDICTED_DECODERS, COREFERENCE_DECODER] as const;

/** Documents for each that is asked for: a sample of co-reference has four answers, too few to bound a loss by. */
const SAMPLES_FOR: Readonly<Record<PredictedDecoder, number>> = {
  "decoder-small": 1,
  "decoder-large": 1,
  [COREFERENCE_DECODER]: 4,
};

type Paper = keyof typeof SELECTION_CLAIMS;

const papers = [TOKEN_BUTLER, QUEST, H2O, SNAPKV, STREAMING_LLM] as const;

/** Claims about token selection and eviction, judged on decoders that find facts in their context. */
export const tokenSelectionClaims = experiment({
  id: "claims/token-selection",
  title: "Claims about token selection",
  question:
    "Do predicted, bounded, accumulated and fixed choices of keys keep what their papers say they keep?",
  source: "the papers named in each row",
  params: {
    paper: paperParam(papers),
    documents: {
      kind: "integer",
      label: "Documents of each decoder for each of three seeds",
      help: "As long as its context; four times as many samples of co-reference. More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 8,
    },
  },
  columns: claimColumns,
  needs: MODELS.flatMap((model) => needsOfPredicted({model})),
  needsOf: ({paper}) => modelsOf(namesOf(paper)).flatMap((model) => needsOfPredicted({model})),
  sweep: papers.map((paper) => ({paper})),
  async run({paper, documents}, {data, progress}) {
    const models = modelsOf(namesOf(paper));
    const found: Found[] = [];
    for (const [n, id] of models.entries()) {
      const model = await openedDecoder(id, data);
      const texts = testTexts(model.config, {documents: documents * SAMPLES_FOR[id]});
      const predictor = predictorOf(id, data);
      const scores: Record<string, Scores> = {};
      const names = namesOf(paper).filter((name) => readersOf(name).includes(id));
      for (const [m, name] of names.entries()) {
        await progress((n + m / names.length) / models.length, name);
        scores[name] = await readingScores(model, texts, {...READINGS[name], predictor});
      }
      found.push({model: id, config: model.config, predictor, scores});
    }
    return ledgerRows<readonly Found[]>(SELECTION_CLAIMS[paper], found);
  },
});

/** Names of the readings that the claims of a paper are judged by. */
function namesOf(paper: Paper): string[] {
  const claims: readonly SelectionClaim[] = SELECTION_CLAIMS[paper];
  return [...new Set(claims.flatMap(({reads}) => reads))];
}

const readersOf = (name: string): readonly PredictedDecoder[] => READINGS[name].models ?? PREDICTED_DECODERS;

/** Models of which one of these readings is made. */
const modelsOf = (names: readonly string[]): PredictedDecoder[] =>
  MODELS.filter((model) => names.some((name) => readersOf(name).includes(model)));
