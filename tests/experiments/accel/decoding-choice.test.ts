import {describe, expect, test} from "vitest";
import {loadData} from "../../../src/data/data-sets.js";
import {openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {compose} from "../../../src/lib/experiments/accel/compose.js";
import {
  DECODING_IDS,
  decodingOf,
  HEADS,
  LOSSLESS_DRAFTS,
  MEASURED_SKIPPING,
  perplexityTimesOf,
  SMALL_DRAFT,
} from "../../../src/lib/experiments/accel/decoding-choice.js";
import {DRAFT_COUNTS} from "../../../src/lib/experiments/accel/measured-drafts.js";
import type {drafting} from "../../../src/lib/experiments/decoding/drafting.js";
import type {skipping} from "../../../src/lib/experiments/decoding/skipping.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {keptRows} from "../../pages/kept.js";

const sum = <T>(rows: readonly T[], of: (row: T) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

/** Three digits, and what other sums of the same kernels may move. */
const near = (got: number, want: number) => expect(Math.abs(got / want - 1)).toBeLessThan(0.02);

describe("decoding as a choice of a composition", () => {
  test("every method that leaves the text as it is has its counts, of the kept rows: else `npm run measured-drafts`", () => {
    const rows = keptRows<typeof drafting>("decoding/drafting").filter(({setting}) => setting === 0);
    expect(Object.keys(DRAFT_COUNTS)).toEqual(LOSSLESS_DRAFTS.map(({id}) => id));
    for (const [method, counts] of Object.entries(DRAFT_COUNTS)) {
      const row = rows.find((row) => row.method === method)!;
      near(counts.tokensPerPass, row.tokensPerPass);
      near(counts.verifiedPerPass, row.verifiedPerPass);
      if (counts.draftPassesPerToken > 0) near(counts.draftPassesPerToken, row.draftPassesPerToken);
      else expect(row.draftPassesPerToken).toBe(0);
    }
  });

  test.each(MEASURED_SKIPPING)("$schedule at $speedup loses what the kept rows have", (rule) => {
    const rows = keptRows<typeof skipping>("decoding/skipping");
    const isRule = ({model, schedule, speedup}: (typeof rows)[number]) =>
      model === "decoder-large" && schedule === rule.schedule && speedup === rule.speedup;
    const row = rows.find(isRule)!;
    near(rule.layers, row.layersPerToken / row.layers);
    near(rule.perplexityTimes, row.perplexity / (row.perplexity - row.difference));
  });

  test("a smaller draft has the layers of decoder-small, and heads their own parameters", async () => {
    const elements = async (name: string) => {
      const folder = await openFolder(`src/data/models/${name}`);
      const {tensors} = await openDecoderWeights(folder);
      await folder.close();
      return sum([...tensors], ([name, {data}]) => (/_proj\.weight$/.test(name) ? data.length : 0));
    };
    const large = await elements("decoder-large");
    near(SMALL_DRAFT, (await elements("decoder-small")) / large);
    const heads = (await loadData(["heads/decoder-large"])).get("heads/decoder-large")!;
    near(HEADS, sum([...heads], ([name, {data}]) => (/\.weight$/.test(name) ? data.length : 0)) / large);
  });

  test.each(DECODING_IDS)(
    "%s: rows add up to the figures, and what was measured stands apart",
    async (id) => {
      const {rows, figures} = await compose.runTables({decoding: id as never});
      const seconds = sum(rows, ({step, seconds}) => (step === "decode" || step === "draft" ? seconds : 0));
      expect(1e3 * seconds).toBeCloseTo(figures[0].perTokenMs!, 9);
      const bytes = sum(rows, ({step, bytes}) => (step === "memory" ? bytes : 0));
      expect(bytes / 1e9).toBeCloseTo(figures[0].memoryGB!, 9);
      const measured = rows.filter(({provenance}) => provenance === "measured");
      expect(measured.map(({part}) => part)).toEqual(id === "plain" ? [] : [id]);
      expect(figures[0]).toMatchObject({decoding: id, perplexityTimes: perplexityTimesOf(id)});
      expect(figures[0].tokensPerPass).toBe(decodingOf(id, "fp16")?.tokensPerPass ?? 1);
    },
  );
});
