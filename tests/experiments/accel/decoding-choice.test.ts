import {describe, expect, test} from "vitest";
import {openDecoderWeights} from "../../../src/lib/engine/open-decoder.js";
import {compose} from "../../../src/lib/experiments/accel/compose.js";
import {
  DECODING_IDS,
  decodingOf,
  MEASURED_DRAFTS,
  MEASURED_SKIPPING,
  perplexityTimesOf,
  SMALL_DRAFT,
} from "../../../src/lib/experiments/accel/decoding-choice.js";
import type {drafting} from "../../../src/lib/experiments/decoding/drafting.js";
import type {skipping} from "../../../src/lib/experiments/decoding/skipping.js";
import {openFolder} from "../../../src/lib/io/node-file.js";
import {keptRows} from "../../pages/kept.js";

const sum = <T>(rows: readonly T[], of: (row: T) => number | null) =>
  rows.reduce((total, row) => total + (of(row) ?? 0), 0);

/** Three digits, and what other sums of the same kernels may move. */
const near = (got: number, want: number) => expect(Math.abs(got / want - 1)).toBeLessThan(0.02);

describe("decoding as a choice of a composition", () => {
  test.each(MEASURED_DRAFTS)("counts of $method are those of the kept rows", (drafts) => {
    const rows = keptRows<typeof drafting>("decoding/drafting");
    const row = rows.find(({setting, method}) => setting === 0 && method === drafts.method)!;
    near(drafts.tokensPerPass, row.tokensPerPass);
    near(drafts.verifiedPerPass, row.verifiedPerPass);
    if (drafts.draftPassesPerToken > 0) near(drafts.draftPassesPerToken, row.draftPassesPerToken);
    else expect(row.draftPassesPerToken).toBe(0);
  });

  test.each(MEASURED_SKIPPING)("$schedule at $speedup loses what the kept rows have", (rule) => {
    const rows = keptRows<typeof skipping>("decoding/skipping");
    const isRule = ({model, schedule, speedup}: (typeof rows)[number]) =>
      model === "decoder-large" && schedule === rule.schedule && speedup === rule.speedup;
    const row = rows.find(isRule)!;
    near(rule.layers, row.layersPerToken / row.layers);
    near(rule.perplexityTimes, row.perplexity / (row.perplexity - row.difference));
  });

  test("a smaller draft has the layers of decoder-small", async () => {
    const elements = async (name: string) => {
      const folder = await openFolder(`src/data/models/${name}`);
      const {tensors} = await openDecoderWeights(folder);
      await folder.close();
      return sum([...tensors], ([name, {data}]) => (/_proj\.weight$/.test(name) ? data.length : 0));
    };
    near(SMALL_DRAFT, (await elements("decoder-small")) / (await elements("decoder-large")));
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
