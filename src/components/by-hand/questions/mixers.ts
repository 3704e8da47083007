import {numberText} from "../../kit/text/number-text.js";
import {type ChunkRow, readingName} from "../../plots/mixers/chunks.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** The perplexity of chunks beside that of a transformer with as large a cache. */
export function equalCacheQuestion(rows: readonly ChunkRow[]): BarQuestion {
  const own = rows.filter(({seed, varied}) => seed === ALL_SEEDS && varied === "nothing");
  const of = (model: string) => own.find((row) => row.model === model)?.perplexity ?? Number.NaN;
  const saved = 1 - of("attamba-small") / of("decoder-iso-kv");
  return {
    question:
      "A transformer gets as large a cache as Attamba by narrower keys and values. Which reads better?",
    options: ["the transformer", "about the same", "Attamba"],
    right: rangeOf(saved, [-0.05, 0.05]),
    because: `Attamba's perplexity is ${numberText(100 * saved, 2)} % lower. At equal operations in attention, with a cache ${numberText((own.find(({model}) => model === "decoder-iso-flop")?.cacheBytes ?? Number.NaN) / (own.find(({model}) => model === "attamba-small")?.cacheBytes ?? 1), 2)} times as large, a transformer wins.`,
    shown: "Perplexity of test documents",
    bars: own.map((row) => ({
      name: readingName(row),
      value: row.perplexity,
      text: numberText(row.perplexity, 3),
    })),
  };
}
