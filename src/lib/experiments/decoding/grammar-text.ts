import {GREEDY} from "../../decoding/decoding-run.js";
import {compileGrammar} from "../../decoding/grammar/automaton/pushdown.js";
import {constrainedDecoding} from "../../decoding/grammar/constrained-decoding.js";
import {parseEbnf} from "../../decoding/grammar/language/ebnf.js";
import {byteVocabulary} from "../../decoding/grammar/masks/byte-vocabulary.js";
import {tokenMasks} from "../../decoding/grammar/masks/token-masks.js";
import {grammarFor} from "../../decoding/grammar/masks/tokenizer-vocabulary.js";
import {plain} from "../../decoding/plain.js";
import {experiment} from "../../experiment/experiment.js";
import {vocabulary} from "../../tasks/vocabulary.js";
import {randomStream} from "../../tensor/random.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {promptIds, promptParam} from "../shared/prompt.js";

const MODEL = "decoder-large";

/** A text of the large decoder under a grammar, beside the one that it writes freely. */
export const grammarText = experiment({
  id: "decoding/grammar-text",
  title: "A text under a grammar",
  question: "What does a model write if only words that fit a grammar may come?",
  source: "XGrammar, arXiv:2411.15100",
  params: {
    prompt: promptParam("Prompt", "fact otter amber plum . fact heron velvet bell . query heron"),
    grammar: {
      kind: "text",
      label: "Grammar",
      help: "Its words are separated by single spaces.",
      maxLength: 4000,
      default:
        'root   ::= answer " . fact " animal " " answer " ."\nanimal ::= "otter" | "heron" | "wolf"\nanswer ::= thing " " thing\nthing  ::= "amber" | "plum" | "velvet" | "ruby" | "salt"',
    },
    tokens: {kind: "integer", label: "Words at most", min: 1, max: 32, default: 12},
  },
  columns: {
    step: {type: "integer", label: "Step"},
    word: {type: "string", label: "Word under the grammar"},
    freely: {type: "string", label: "Word that the model writes freely"},
    allowed: {type: "integer", label: "Words that the grammar allows"},
    allowedChance: {type: "number", label: "Chance that the model alone gives to them"},
  },
  needs: [`weights/${MODEL}`],
  sweep: [{}],
  async run({prompt, grammar, tokens}, {data}) {
    const ids = promptIds(prompt);
    const target = await openedDecoder(MODEL, data);
    const words = byteVocabulary(vocabulary.length, (id) => new TextEncoder().encode(` ${vocabulary[id]}`));
    const masks = tokenMasks(compileGrammar(grammarFor(parseEbnf(grammar), words)), words);
    const goal = {tokens, warp: GREEDY};
    const written = [...constrainedDecoding(target, ids, masks, goal)];
    const rounds = plain.rounds(
      {target},
      ids,
      {},
      {...goal, random: randomStream(0, "a text under a grammar")},
    );
    const free = [...rounds].flatMap((round) => round.written);
    return written.map(({id, allowed, allowedChance}, step) => ({
      ...{step, word: vocabulary[id], freely: vocabulary[free[step]], allowed, allowedChance},
      provenance: "measured" as const,
    }));
  },
});
