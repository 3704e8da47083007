import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {evaluateModel, type Measured} from "../../../src/lib/evaluate/evaluate.js";
import {policyColumns} from "../../../src/lib/experiments/attention/policy-columns.js";
import {accuracyCells, accuracyColumns} from "../../../src/lib/experiments/kv/accuracy-columns.js";
import {known, qualityCells, qualityColumns} from "../../../src/lib/experiments/shared/quality-columns.js";
import {studentTQuantile} from "../../../src/lib/stats/student-t.js";

const VOCAB = 5;
const LENGTH = 9;

/** A made-up model: logits that depend on token, place and a seed alone, so that every number can be computed by hand. */
const logitsOf = (seed: number, sharpness: number) => (ids: readonly number[]) => ({
  shape: [ids.length, VOCAB] as const,
  data: Float32Array.from({length: ids.length * VOCAB}, (_, n) => {
    const [i, v] = [Math.floor(n / VOCAB), n % VOCAB];
    return sharpness * Math.sin(seed + 1.7 * ids[i] + 0.9 * i + 2.3 * v);
  }),
});
const modelOf = (seed: number, sharpness: number) => ({logits: logitsOf(seed, sharpness), write: () => []});
const textOf = (d: number) => ({
  tokens: Array.from({length: LENGTH + 1}, (_, i) => (3 * i + 2 * d + ((i * d) % 3)) % VOCAB),
  answers: [3, 7],
  copies: [4, 5, 6],
});

/** Distributions of a model over the vocabulary, one for each predicted token. */
function distributions(model: ReturnType<typeof modelOf>, tokens: readonly number[]): number[][] {
  const {data} = model.logits(tokens.slice(0, -1));
  return Array.from({length: tokens.length - 1}, (_, i) => {
    const row = Array.from(data.subarray(i * VOCAB, (i + 1) * VOCAB), Math.exp);
    const sum = row.reduce((all, value) => all + value, 0);
    return row.map((value) => value / sum);
  });
}

async function evaluated(documents: number, of = [modelOf(1, 2), modelOf(1.2, 2.2)] as const) {
  const texts = Array.from({length: documents}, (_, d) => textOf(d));
  const {pooled} = await evaluateModel(of[0], of[1], [{seed: 1, texts, samples: []}]);
  return {pooled, texts, model: of[0], baseline: of[1]};
}

describe("the cells of quality", () => {
  test("are those that a loop over tokens finds", async () => {
    const {pooled, texts, model, baseline} = await evaluated(8);
    const cells = qualityCells(pooled);
    let [nll, other, kl, same, right, trials] = [0, 0, 0, 0, 0, 0];
    const divergences: number[] = [];
    for (const {tokens, answers} of texts) {
      const [own, base] = [distributions(model, tokens), distributions(baseline, tokens)];
      own.forEach((row, i) => {
        nll -= Math.log(row[tokens[i + 1]]);
        other -= Math.log(base[i][tokens[i + 1]]);
        const divergence = base[i].reduce((sum, p, v) => sum + p * Math.log(p / row[v]), 0);
        divergences.push(divergence);
        kl += divergence;
        same += Number(row.indexOf(Math.max(...row)) === base[i].indexOf(Math.max(...base[i])));
        if (answers.includes(i + 1)) {
          trials++;
          right += Number(row.indexOf(Math.max(...row)) === tokens[i + 1]);
        }
      });
    }
    const count = 8 * LENGTH;
    expect(cells.documents).toBe(8);
    expect(cells.tokens).toBe(count);
    expect(cells.perplexity).toBeCloseTo(Math.exp(nll / count), 5);
    expect(cells.difference).toBeCloseTo(Math.exp(nll / count) - Math.exp(other / count), 5);
    expect(cells.klMean).toBeCloseTo(kl / count, 6);
    divergences.sort((a, b) => a - b);
    expect(cells.klMedian).toBeCloseTo((divergences[count / 2 - 1] + divergences[count / 2]) / 2, 6);
    expect(cells.kl99).toBeGreaterThan(divergences.at(-3)!);
    expect(cells.kl99).toBeLessThanOrEqual(divergences.at(-1)! + 1e-6);
    expect(cells.sameTop).toBeCloseTo(same / count, 12);
    expect(cells.retrieval).toBeCloseTo(right / trials, 12);
    expect(cells.retrievalTrials).toBe(trials);
  });

  test("have ends by Student's t over documents, as many as there are", async () => {
    const {pooled, texts, model, baseline} = await evaluated(7);
    const means = texts.map(({tokens}) => {
      const [own, base] = [distributions(model, tokens), distributions(baseline, tokens)];
      const sum = own.reduce(
        (all, row, i) => all + base[i].reduce((part, p, v) => part + p * Math.log(p / row[v]), 0),
        0,
      );
      return sum / LENGTH;
    });
    const mean = means.reduce((sum, value) => sum + value, 0) / 7;
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 6;
    const half = studentTQuantile(0.975, 6) * Math.sqrt(variance / 7);
    const {klMean, klLow, klHigh} = qualityCells(pooled);
    expect(klMean).toBeCloseTo(mean, 6);
    expect(klHigh! - klMean).toBeCloseTo(half, 6);
    expect(klMean - klLow!).toBeCloseTo(half, 6);
  });

  test.each([1, 5])("of %i documents have no end, and of six all", async (documents) => {
    const ends = (cells: object) => Object.entries(cells).filter(([name]) => /(Low|High)$/.test(name));
    const few = (await evaluated(documents)).pooled;
    for (const [name, value] of ends({...qualityCells(few), ...accuracyCells(few)})) {
      expect(value, name).toBeNull();
    }
    const six = (await evaluated(6)).pooled;
    for (const [name, value] of ends({...qualityCells(six), ...accuracyCells(six)})) {
      expect(value, name).toEqual(expect.any(Number));
    }
  });

  test("fill exactly their columns, and a number that may be missing is declared so", async () => {
    const {pooled} = await evaluated(1);
    for (const [columns, cells] of [
      [qualityColumns, qualityCells(pooled)],
      [accuracyColumns, accuracyCells(pooled)],
    ] as const) {
      expect(Object.keys(cells)).toEqual(Object.keys(columns));
      for (const [name, value] of Object.entries(cells)) {
        const column = (columns as Record<string, {nullable?: boolean}>)[name];
        if (value === null) expect(column.nullable, name).toBe(true);
      }
    }
  });

  test("find nothing between a model and itself", async () => {
    const same = modelOf(3, 1.5);
    const {pooled} = await evaluated(6, [same, same]);
    const cells = {...qualityCells(pooled), ...accuracyCells(pooled)};
    expect([cells.difference, cells.klMean, cells.kl99, cells.sameTop]).toEqual([0, 0, 0, 1]);
    expect([cells.answersChange, cells.copiesChange]).toEqual([0, 0]);
    // Where no answer parts the two, the interval still has a width: few answers leave much room.
    expect(cells.answersChangeHigh).toBeGreaterThan(0.1);
    expect(cells.copiesChangeLow).toBeLessThan(0);
  });

  test("are refused where nothing was read", () => {
    const nothing: Measured = {comparison: null, answers: null, copies: null, tasks: {}};
    expect(() => qualityCells(nothing)).toThrow("qualityCells: the evaluation must have texts, got none");
    expect(accuracyCells(nothing)).toMatchObject({answersChange: null, copies: null, copyTrials: 0});
  });

  test("are empty for answers where a text asks nothing", async () => {
    const texts = Array.from({length: 6}, (_, d) => ({...textOf(d), answers: [], copies: []}));
    const {pooled} = await evaluateModel(modelOf(1, 2), modelOf(2, 2), [{seed: 1, texts, samples: []}]);
    expect(qualityCells(pooled)).toMatchObject({
      retrieval: null,
      retrievalLow: null,
      retrievalHigh: null,
      retrievalTrials: 0,
    });
    expect(accuracyCells(pooled)).toMatchObject({answersChange: null, copiesChange: null, copies: null});
  });
});

describe("the changes of answers and copies", () => {
  test("are the model's right ones less the baseline's, over all of them", async () => {
    const {pooled, texts, model, baseline} = await evaluated(9);
    const rightOf = (of: typeof model, positions: "answers" | "copies") =>
      texts.flatMap((text) => {
        const rows = distributions(of, text.tokens);
        return text[positions].map((at) => {
          const row = rows[at - 1];
          return Number(row.indexOf(Math.max(...row)) === text.tokens[at]);
        });
      });
    const share = (right: readonly number[]) => right.reduce((sum, one) => sum + one, 0) / right.length;
    const cells = accuracyCells(pooled);
    const change = (positions: "answers" | "copies") =>
      share(rightOf(model, positions)) - share(rightOf(baseline, positions));
    expect(cells.answersChange).toBeCloseTo(change("answers"), 12);
    expect(cells.copiesChange).toBeCloseTo(change("copies"), 12);
    expect(cells.copies).toBeCloseTo(share(rightOf(model, "copies")), 12);
    expect(cells.copyTrials).toBe(9 * 3);
  });

  test("turn round with the two models", async () => {
    const [a, b] = [modelOf(0.4, 3), modelOf(2.9, 3)];
    const [there, back] = [(await evaluated(8, [a, b])).pooled, (await evaluated(8, [b, a])).pooled];
    const [x, y] = [accuracyCells(there), accuracyCells(back)];
    expect(x.answersChange).toBeCloseTo(-y.answersChange!, 12);
    expect(x.answersChangeLow).toBeCloseTo(-y.answersChangeHigh!, 12);
    expect(x.copiesChangeHigh).toBeCloseTo(-y.copiesChangeLow!, 12);
    expect(qualityCells(there).difference).toBeCloseTo(-qualityCells(back).difference, 12);
  });
});

test("a number that is not known is an empty cell, and every other stays what it is", () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(known(value)).toBe(Number.isNaN(value) ? null : value);
    }),
    {seed: 61},
  );
  expect(known(undefined)).toBeNull();
});

describe("the columns of quality", () => {
  test.each([
    ["quality", qualityColumns],
    ["accuracy", accuracyColumns],
    ["policies", policyColumns],
  ] as const)("of %s say where their numbers come from, each under a label of its own", (_, columns) => {
    const labels = Object.values(columns).map(({label}) => label);
    expect(new Set(labels).size).toBe(labels.length);
    for (const [name, column] of Object.entries(columns)) {
      if (column.type === "number" && name !== "keepFraction")
        expect(column, name).toHaveProperty("provenance");
      if (/^(kl|bytes)/.test(name) && !/Share$/.test(name)) expect(column, name).toHaveProperty("unit");
    }
  });

  test("have both ends of each interval, which may be missing", () => {
    for (const columns of [qualityColumns, accuracyColumns, policyColumns]) {
      const ends = Object.keys(columns).filter((name) => /(Low|High)$/.test(name));
      expect(ends.length).toBeGreaterThan(3);
      for (const name of ends) {
        const other = name.replace(/Low$|High$/, (end) => (end === "Low" ? "High" : "Low"));
        expect(columns, name).toHaveProperty(other);
        expect((columns as Record<string, object>)[name]).toMatchObject({
          nullable: true,
          provenance: "measured",
        });
      }
    }
  });
});
