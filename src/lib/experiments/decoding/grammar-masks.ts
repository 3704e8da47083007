import {compileGrammar} from "../../decoding/grammar/automaton/pushdown.js";
import type {NodeMask} from "../../decoding/grammar/masks/node-mask.js";
import {type TokenMasks, tokenMasks} from "../../decoding/grammar/masks/token-masks.js";
import {experiment} from "../../experiment/experiment.js";
import {mean} from "../../stats/moments.js";
import {optionNames} from "../../technique/option-names.js";
import {GRAMMAR_CASES} from "./grammar-texts.js";
import {repositoryVocabulary, VOCABULARY_NEEDS} from "./repository-vocabulary.js";

const SIZES = [1024, 2048, 4096, 8192, 16384] as const;

/** Work of token masks by grammar and vocabulary: tokens left to the stack, tokens checked, bytes kept. All counted, none timed. */
export const grammarMasks = experiment({
  id: "decoding/grammar-masks",
  title: "Masks of a grammar",
  question: "How many tokens must be checked at each step, if a mask of every node is known beforehand?",
  source: "XGrammar, arXiv:2411.15100, section 3",
  params: {
    grammar: {
      kind: "choice",
      label: "Grammar",
      options: GRAMMAR_CASES.map(({id}) => id),
      names: optionNames(GRAMMAR_CASES),
      default: "json",
    },
    sizes: {
      kind: "choices",
      label: "Tokens of the vocabulary",
      help: "The first so many of a byte-level vocabulary that was trained on the code and prose of this repository.",
      options: SIZES,
      default: SIZES,
      rowsBy: "tokens",
    },
    texts: {
      kind: "integer",
      label: "Texts of the grammar",
      help: "Masks are computed before every token of these texts.",
      min: 1,
      max: 64,
      default: 8,
      advanced: true,
    },
  },
  columns: {
    grammar: {type: "string", label: "Grammar"},
    label: {type: "string", label: "Grammar, in words"},
    method: {type: "string", label: "Method"},
    tokens: {type: "integer", label: "Tokens of the vocabulary"},
    checked: {type: "number", label: "Tokens checked before each token, mean"},
    checkedShare: {type: "number", label: "Share of the vocabulary that is checked, mean"},
    allowed: {type: "number", label: "Tokens allowed before each token, mean"},
    places: {type: "integer", label: "Places in texts"},
    same: {type: "integer", label: "Places where the mask is that of checking every token"},
    nodes: {type: "integer", label: "Nodes with masks"},
    storedBytes: {type: "integer", label: "Bytes of all masks, each in the smallest way", unit: "B"},
    bitsetBytes: {type: "integer", label: "Bytes of all masks as bits", unit: "B"},
    steps: {type: "integer", label: "Bytes read to make all masks, shared beginnings once"},
    stepsAlone: {type: "integer", label: "Bytes read if each token is read alone"},
  },
  needs: VOCABULARY_NEEDS,
  sweep: GRAMMAR_CASES.map(({id}) => ({grammar: id})),
  async run({grammar: id, sizes, texts}, {data, progress}) {
    const {label, grammar, texts: textsOf} = GRAMMAR_CASES.find((each) => each.id === id)!;
    const pushdown = compileGrammar(grammar());
    const written = textsOf(texts);
    const rows = [];
    for (const [n, tokens] of sizes.entries()) {
      const masks = tokenMasks(pushdown, repositoryVocabulary(data, tokens));
      const {checked, ...places} = placeCounts(written.flatMap((text) => placesOf(masks, text)));
      const shared = {
        grammar: id,
        label,
        tokens,
        ...places,
        ...nodeCounts(masks),
        provenance: "measured" as const,
      };
      for (const {method, of} of METHODS) {
        const mean = of(checked, tokens);
        rows.push({...shared, method, checked: mean, checkedShare: mean / tokens});
      }
      await progress((n + 1) / sizes.length, `${label}, ${tokens} tokens`);
    }
    return rows;
  },
});

/** Means over places of the tokens that nodes leave open. */
interface Checked {
  readonly uncertain: number;
  readonly unexpanded: number;
}

/** Ways to make a mask, and how many tokens each checks. */
const METHODS: readonly {
  readonly method: string;
  readonly of: (checked: Checked, tokens: number) => number;
}[] = [
  {method: "every token", of: (_, tokens) => tokens},
  {method: "node masks", of: ({unexpanded}) => unexpanded},
  {method: "node masks, context expansion", of: ({uncertain}) => uncertain},
];

/** Counts over all masks of a grammar. */
function nodeCounts(masks: TokenMasks) {
  const all = masks.maskedNodes.map((node) => masks.nodeMask(node));
  const sum = (of: (mask: NodeMask) => number) => all.reduce((total, mask) => total + of(mask), 0);
  const alone = masks.vocabulary.bytes.reduce((total, {length}) => total + length, 0);
  return {
    nodes: all.length,
    storedBytes: sum(({bytes}) => bytes),
    bitsetBytes: all.length * Math.ceil(masks.vocabulary.size / 8),
    steps: sum(({steps}) => steps),
    stepsAlone: all.length * alone,
  };
}

interface Place {
  readonly allowed: number;
  readonly uncertain: number;
  readonly unexpanded: number;
  readonly isSame: boolean;
}

function placeCounts(places: readonly Place[]) {
  return {
    places: places.length,
    allowed: mean(places.map((place) => place.allowed)),
    same: places.filter(({isSame}) => isSame).length,
    checked: {
      uncertain: mean(places.map((place) => place.uncertain)),
      unexpanded: mean(places.map((place) => place.unexpanded)),
    },
  };
}

/** Counts before every token of a text and at its end; the text is cut into the longest tokens. */
function placesOf(masks: TokenMasks, text: string): Place[] {
  const bytes = new TextEncoder().encode(text);
  const lengths = new Map(masks.vocabulary.bytes.map((token) => [token.join(), token.length]));
  const places: Place[] = [];
  let state = masks.start;
  for (let at = 0; ; ) {
    places.push(placeOf(masks, state));
    if (at === bytes.length) return places;
    let length = Math.min(masks.vocabulary.tree.longest, bytes.length - at);
    while (length > 1 && !lengths.has(bytes.subarray(at, at + length).join())) length--;
    const next = masks.acceptBytes(state, bytes.subarray(at, at + length));
    if (next === undefined) throw new Error(`placesOf: text must follow its grammar, got ${text}`);
    state = next;
    at += length;
  }
}

function placeOf(masks: TokenMasks, state: number): Place {
  const nodes = masks.stacksOf(state).map(([top]) => masks.nodeMask(top));
  const {bits} = masks.allowed(state);
  const byChecking = masks.allowedByChecking(state).bits;
  const sum = (of: (mask: NodeMask) => number) => nodes.reduce((total, mask) => total + of(mask), 0);
  return {
    allowed: bits.reduce((total, word) => total + ones(word), 0),
    uncertain: sum(({counts}) => counts.uncertain),
    unexpanded: sum(({unexpanded}) => unexpanded.uncertain),
    isSame: bits.every((word, i) => word === byChecking[i]),
  };
}

/** Bits of a word that are 1. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
