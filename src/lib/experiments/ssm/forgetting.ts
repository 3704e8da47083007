import type {OpenText} from "../../engine/open-text.js";
import {EVAL_SEEDS} from "../../evaluate/eval-texts.js";
import type {Row} from "../../experiment/columns.js";
import {experiment} from "../../experiment/experiment.js";
import {largest} from "../../stats/extent.js";
import {wilson} from "../../stats/shares.js";
import {fillerWords, pick, topicCount} from "../../tasks/filler.js";
import {keys, marker, values} from "../../tasks/vocabulary.js";
import {type RandomStream, randomStream, shuffled} from "../../tensor/random.js";
import {ALL_SEEDS} from "../models/formats-on-model.js";
import {needsOfReaders, READER_NEEDS, reader, readersParam} from "./readers.js";

/** Kinds of tokens after the fact: text has nothing worth keeping, more facts compete for the same memory. */
const BETWEEN = ["text", "facts"] as const;
/** Tokens after the fact at which it is asked for: whole sentences, and whole facts. */
const DISTANCES = [0, 10, 20, 40, 60, 80, 100, 150, 200, 300] as const;
/** Tokens of a sentence with its separator, and of a fact. */
const [SENTENCE, FACT] = [10, 5];

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
            texts.push(askedAgain(begin(), growingText(seed, index, between)));
          }
        }
        for (const row of accuracyRows(model, between, found)) rows.push(row);
      }
    }
    return rows;
  },
});

type Between = (typeof BETWEEN)[number];

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

/** A text that begins with a fact, and what follows it between one question and the next. */
interface GrowingText {
  readonly start: readonly number[];
  readonly query: readonly number[];
  readonly answer: readonly [number, number];
  /** Tokens to read before each question. */
  readonly parts: readonly (readonly number[])[];
}

function growingText(seed: number, index: number, between: Between): GrowingText {
  const stream = randomStream(seed, `forgetting/${between}/${index}`);
  const topic = stream.integer(topicCount);
  const [key, ...others] = shuffled(
    Array.from({length: keys.size}, (_, i) => keys.first + i),
    stream,
  );
  const answer = [pick(stream, values), pick(stream, values)] as const;
  const next = () =>
    between === "text"
      ? sentence(topic, stream)
      : fact(others.pop()!, pick(stream, values), pick(stream, values));
  const parts = DISTANCES.map((distance, i) => {
    const tokens = distance - (DISTANCES[i - 1] ?? 0);
    const count = tokens / (between === "text" ? SENTENCE : FACT);
    return Array.from({length: count}, next).flat();
  });
  const start = [marker.begin, ...sentence(topic, stream), ...fact(key, ...answer)];
  return {start, query: [marker.query, key], answer, parts};
}

function sentence(topic: number, stream: RandomStream): number[] {
  return [...fillerWords(SENTENCE - 1, topic, stream), marker.separator];
}

function fact(key: number, first: number, second: number): number[] {
  return [marker.fact, key, first, second, marker.separator];
}

/** Right or wrong at each question: both values of the fact are the likeliest, the first one fed back. */
function askedAgain(text: OpenText, {start, query, answer, parts}: GrowingText): boolean[] {
  text.read(start);
  return parts.map((part) => {
    if (part.length > 0) text.read(part);
    const {shape, data} = text.aside([...query, answer[0]]);
    const vocab = shape[1];
    return answer.every((value, i) => {
      const row = data.subarray((i + 1) * vocab, (i + 2) * vocab);
      return row.indexOf(largest(row)) === value;
    });
  });
}
