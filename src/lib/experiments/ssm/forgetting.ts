import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {wilson} from "../../stats/shares.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {askedAgain, BETWEEN, type Between, FACT, growingText} from "../shared/asked-again.js";
import {needsOfReaders, READER_NEEDS, reader, readersParam} from "./readers.js";

/** Tokens after the fact at which it is asked for: whole sentences, and whole facts. */
const DISTANCES = [0, 10, 20, 40, 60, 80, 100, 150, 200, 300] as const;

const columns = {
  model: {type: "string", label: "Model"},
  between: {type: "string", label: "After the fact"},
  distance: {type: "integer", label: "Tokens between the fact and its query"},
  facts: {type: "integer", label: "Facts between them"},
  seed: {type: "string", label: "Evaluation seed"},
  right: {type: "number", label: "Share of facts found again", provenance: "measured"},
  rightLow: {type: "number", label: "Found again, lower end of 95 %", provenance: "measured"},
  rightHigh: {type: "number", label: "Found again, upper end of 95 %", provenance: "measured"},
  documents: {type: "integer", label: "Documents"},
} as const;

type ForgettingRow = Row<typeof columns>;

/** A fact read once, and asked for again and again as the text goes on. */
export const forgetting = experiment({
  id: "ssm/forgetting",
  title: "What each forgets",
  question: "How long does a model find a fact again, after more text and after more facts?",
  source: "retrieval tasks after RULER, arXiv:2404.06654; recall of state-space models: arXiv:2312.04927",
  params: {
    models: readersParam,
    documents: {
      kind: "integer",
      label: "Documents for each seed",
      help: "More documents give narrower intervals.",
      min: 2,
      max: 64,
      default: 12,
      advanced: true,
    },
  },
  columns,
  needs: READER_NEEDS,
  needsOf: needsOfReaders,
  sweep: [{}],
  async run({models, documents}, {data, progress}) {
    const rows: ForgettingRow[] = [];
    for (const [at, model] of models.entries()) {
      const begin = await reader(model, data);
      for (const [half, between] of BETWEEN.entries()) {
        const found = new Map<number, boolean[][]>(EVAL_SEEDS.map((seed) => [seed, []]));
        for (const [seed, texts] of found) {
          const done = at + (half + EVAL_SEEDS.indexOf(seed) / EVAL_SEEDS.length) / BETWEEN.length;
          for (let index = 0; index < documents; index++) {
            await progress(done / models.length, model);
            texts.push(askedAgain(begin(), growingText(seed, index, between, DISTANCES)));
          }
        }
        for (const row of accuracyRows(model, between, found)) rows.push(row);
      }
    }
    return rows;
  },
});

function accuracyRows(
  model: string,
  between: Between,
  found: ReadonlyMap<number, readonly (readonly boolean[])[]>,
): ForgettingRow[] {
  const groups = [[ALL_SEEDS, [...found.values()].flat()] as const, ...found];
  return groups.flatMap(([seed, texts]) =>
    DISTANCES.map((distance, i) => {
      const {share, low, high} = wilson(texts.filter((right) => right[i]).length, texts.length);
      const facts = between === "facts" ? distance / FACT : 0;
      const accuracy = {right: share, rightLow: low, rightHigh: high, documents: texts.length};
      return {model, between, distance, facts, seed: String(seed), ...accuracy, provenance: "measured"};
    }),
  );
}
