import {expect} from "vitest";
import type {answers} from "../../../src/lib/experiments/diffusion/answers.js";
import type {passes} from "../../../src/lib/experiments/diffusion/passes.js";
import type {publishedTime} from "../../../src/lib/experiments/diffusion/published-time.js";
import type {reuse} from "../../../src/lib/experiments/diffusion/reuse.js";
import {keptRows} from "../kept.js";
import {type Finding, findingsOf, rowWith} from "./finding.js";

const pooled = keptRows<typeof passes>("diffusion/passes").filter(({seed}) => seed === "all");
const of = (way: string) => rowWith(pooled, {way});
const times = keptRows<typeof publishedTime>("diffusion/published-time");

const kept = keptRows<typeof reuse>("diffusion/reuse").filter(({seed}) => seed === "all");
const asked = keptRows<typeof answers>("diffusion/answers").filter(({seed}) => seed === "all");

/** Findings of the pages on diffusion language models. */
export const diffusionFindings: readonly Finding[] = [
  ...findingsOf("src/diffusion/from-masks-to-text.md", {
    "With several words a pass they are worse here": () => {
      for (const perPass of [2, 4, 8])
        expect(of(`blocks-${perPass}`).loss).toBeGreaterThan(of(`low_confidence-${perPass}`).loss);
    },
  }),
  ...findingsOf("src/diffusion/reusing-what-stays.md", {
    "this is the largest error, and it remains": () => {
      // Words that change with the prompt kept alone, of those that change with finished blocks kept too.
      for (const perPass of [1, 2, 4]) {
        const [prompt, all] = [of(`prompt-only-${perPass}`).same!, of(`freecache-${perPass}`).same!];
        expect(1 - prompt).toBeGreaterThan(0.5 * (1 - all));
      }
    },
    "a pass over a long window is bound by arithmetic, a decoder's pass by memory": () => {
      const longest = times.reduce((most, {prompt}) => Math.max(most, prompt), 0);
      const share = (way: string) =>
        times
          .filter((row) => row.way === way && row.prompt === longest)
          .map(({computeShare}) => computeShare);
      for (const each of share("plain")) expect(each).toBeGreaterThan(0.9);
      for (const each of share("decoder")) expect(each).toBeLessThan(0.1);
    },
    "costs a pass over a few tokens, and then fewer words change": () => {
      expect(of("freecache-1").same!).toBeGreaterThan(of("freecache-released-1").same!);
      expect(of("freecache-1").passes - of("freecache-released-1").passes).toBeLessThan(4);
      const [row, released] = ["freecache", "freecache-released"].map((id) =>
        rowWith(kept, {reuse: id, perPass: 2, blockLength: 8, refresh: 0}),
      );
      expect(released.changed).toBeGreaterThan(row.changed);
    },
  }),
  ...findingsOf("src/diffusion/guided-by-a-small-model.md", {
    "Looser tests write more words a pass and worse ones": () => {
      const [strict, loose] = [of("guided-deterministic-none"), of("guided-aggressive-none")];
      expect(loose.tokensPerPass).toBeGreaterThan(strict.tokensPerPass);
      expect(loose.loss).toBeGreaterThan(strict.loss);
    },
    "A decoder of that size is better and cheaper here": () => {
      const decoder = of("decoder");
      for (const row of pooled.filter(({writer}) => writer === "diffusion")) {
        expect(row.loss, row.way).toBeGreaterThan(decoder.loss);
        expect(row.operations, row.way).toBeGreaterThan(decoder.operations);
      }
    },
    "its layers rounded to three and four bits": () => {
      const best = pooled
        .filter(({writer}) => writer === "diffusion")
        .reduce((least, {loss}) => Math.min(least, loss), Number.POSITIVE_INFINITY);
      expect(of("decoder-int4_g32").loss).toBeLessThan(best);
      expect(of("decoder-fp4").loss).toBeLessThan(of("low_confidence-1").loss);
      expect(of("decoder-int3").loss).toBeGreaterThan(best);
    },
    "a pass for each word of the answer, as many as the decoder": () => {
      for (const task of ["needle-single", "needle-multikey"]) {
        const way = (id: string) => rowWith(asked, {task, way: id});
        expect(way("low_confidence-2").right).toBeLessThan(0.1);
        expect(way("low_confidence-1").right).toBeGreaterThan(0.95);
        expect(way("low_confidence-1").passes).toBe(way("decoder").passes);
      }
    },
    "which change no word and save passes": () => {
      const recycled = of("decoder-token-recycling");
      expect(recycled.same).toBe(1);
      expect(recycled.passes).toBeLessThan(of("decoder").passes);
    },
  }),
];
