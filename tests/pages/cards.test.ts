import {readdirSync, readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {openModel} from "../../src/lib/engine/language-model.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {scoreTokens} from "../../src/lib/evaluate/token-scores.js";
import {openFolder} from "../../src/lib/io/node-file.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {taskById} from "../../src/lib/tasks/registry.js";
import {filledIn} from "../../src/lib/tasks/task.js";
import {countProblemsAgain} from "./arithmetic-card.js";
import {isArithmeticModel} from "./cards/arithmetic.js";
import {isMaskedModel} from "./cards/masked.js";
import {isPictureModel} from "./cards/pictures.js";
import {cardOf, cardText} from "./cards/record.js";
import {cardLines} from "./cards.js";
import {countMaskedAgain} from "./masked-card.js";
import {countPicturesAgain} from "./picture-card.js";
import {numbersIn, proseOf} from "./prose.js";

const models = readdirSync("src/data/models");

/** Pieces of cards whose numbers are no measurements: of the script that writes cards, or of arithmetic. */
const WRITTEN = [
  "weight 4 on tokens that the document determines (answers of queries, repeated spans), 1 elsewhere",
  "betas 0.9 and 0.95, weight decay 0.1 on matrices",
  "warm-up over 100 steps",
  "clipped at norm 1, float32, seed 1",
  "weight 4 on work and answer, which the question determines, 1 on the question",
  "a question with up to six operators",
  "every step of difficulty 4 and more between the tags",
  "(SplitReason, arXiv:2504.16379)",
  "cosine to a tenth of it",
  "0.002 times that of activation locality, 0.3 times that of sparse chunks of 64 tokens",
  "A loss for balance is added, times 0.01",
  "experts without matrices weighed by 0.75",
  "(arXiv:2410.07348)",
  "(arXiv:2507.20984)",
  "(arXiv:2507.08771)",
  "(arXiv:2406.02528)",
  "after a tenth of the steps",
  "(eps 1e-05)",
  "four scans (rows, columns, both backwards)",
  "W_out (h + silu(W1 h + b))",
  "each distance with 0.8 of the weight of the one before",
  "a four-token name",
  "On 16 validation documents; the kurtosis of a normal distribution is 3",
  "Largest shift of a logit on 16 validation documents",
  "chance is 0.5",
  "the true top half of the last query's keys that the predicted top half holds",
  "1 % for the models of the paper",
  "Interpolated Kneser-Ney 5-gram",
  "of layer 0's attention",
  "after layer 0's attention",
  "R = 16, D = 8, I = 64",
  "R = 32, D = 8, I = 96",
  "half-split rotary embedding",
  "no document comes twice",
  "the hidden states of 4 layers",
  "The authors' micro-step decoder has 4 layers",
  "the sliding rule at 0.7: after a beginning of 48 to 176 tokens",
  "a law with 0.7 on one token",
  "half of that of the ends of groups",
  "that share uniform from 0.001 to 1",
  "one batch in a hundred cut",
  "pairs (c, c + head_dim / 2)",
];

/** Channels and factors of the outlier variants, as the script that makes them has them. */
const channels = readFileSync("training/outliers.py", "utf8")
  .match(/\{\d+: \d+(?:, \d+: \d+)*\}/g)!
  .map((dict) => dict.slice(1, -1).replace(/(\d+): (\d+)/g, "$1 (x $2)"));

const readable = (text: string): string =>
  proseOf("card", text)
    .map((line) => line.text)
    .join(" ")
    .replace(/\s+/g, " ");

/** The mix of documents that a model was trained on; an outlier variant is of its base. */
const mixOf = (model: string) =>
  /\(mix `(\w+)`/.exec(cardText(model.replace(/-outliers$/, "")))![1] as "retrieval" | "tasks";

describe.each(models)("the card of %s", (model) => {
  const text = readable(cardText(model));
  const lines = cardLines(model).map(readable);

  test("says what its files give", () => {
    for (const line of lines) expect(text).toContain(line);
  });

  test("holds no number besides", () => {
    const pieces = [
      ...lines,
      ...[...WRITTEN, ...channels].map(readable),
      ...models.map((name) => `# ${name}`),
    ];
    const isHeld = (at: number, length: number) =>
      pieces.some((piece) => {
        for (let from = text.indexOf(piece); from >= 0; from = text.indexOf(piece, from + 1)) {
          if (from <= at && at + length <= from + piece.length) return true;
        }
        return false;
      });
    const loose = numbersIn([{page: model, line: 1, text}]).filter(
      ({at, number}) => !isHeld(at, number.length),
    );
    expect(loose.map(({at, number}) => `${number} in “${text.slice(at - 40, at + 40)}”`)).toEqual([]);
  });

  test("counts what the model does: the first documents and samples again", async () => {
    if (isPictureModel(model)) return countPicturesAgain(model);
    if (isMaskedModel(model)) return countMaskedAgain(model);
    if (isArithmeticModel(model)) return countProblemsAgain(model);
    const {scores} = cardOf(model);
    const folder = await openFolder(`src/data/models/${model}`);
    const opened = await openModel(folder, {backend: await wasmBackend()});
    await folder.close();
    const read = (tokens: ArrayLike<number>) => {
      const ids = Array.from(tokens);
      return scoreTokens(opened.read()(ids.slice(0, -1)), ids.slice(1));
    };
    const mix = mixOf(model);
    for (const index of [0, 1]) {
      const document = corpusDocument("test", index, {context: scores.context, mix});
      const {logProbs, topTokens} = read(document.tokens);
      const loss = -logProbs.reduce((total, value) => total + value, 0) / logProbs.length;
      expect(loss).toBeCloseTo(scores.test.loss[index], 3);
      const right = (places: readonly number[]) =>
        places.filter((at) => topTokens[at - 1] === document.tokens[at]).length;
      expect(right(document.answers)).toBe(scores.test.answers.right[index]);
      expect(right(document.copies)).toBe(scores.test.copies.right[index]);
      expect([document.answers.length, document.copies.length]).toEqual([
        scores.test.answers.of[index],
        scores.test.copies.of[index],
      ]);
    }
    for (const [task, {wrong, samples}] of Object.entries(scores.tasks)) {
      for (const index of [0, samples - 1]) {
        const {tokens, answers} = filledIn(
          taskById(task).sample(index, {split: "test", context: scores.context}),
        );
        const {topTokens} = read(tokens);
        expect(answers.every((at) => topTokens[at - 1] === tokens[at])).toBe(!wrong.includes(index));
      }
    }
  });
});

test("the recipe gives the settings that the cards name", () => {
  const recipe = readFileSync("training/README.md", "utf8").replace(/\\\n\s*/g, "");
  for (const model of models) {
    const run = cardOf(model).training;
    if (run === undefined) continue;
    const command = recipe
      .split("\n")
      .findLast((line) => line.includes(`train.py ${model} `) && !line.includes("--until"))!;
    const option = (name: string) => new RegExp(`--${name} (\\S+)`).exec(command)?.[1];
    expect(Number(option("steps")), model).toBe(run.steps);
    expect(Number(option("batch")), model).toBe(run.batch);
    expect(Number(option("context")), model).toBe(run.context);
    expect(Number(option("rate") ?? 3e-3), model).toBe(run.rate);
    const own = run.log.filter(({context}) => context === run.context);
    expect(own.at(-1)!.step).toBe(run.steps);
  }
});
