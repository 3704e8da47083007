import {compileGrammar, type Pushdown} from "../../decoding/grammar/automaton/pushdown.js";
import {jsonSchemaGrammar} from "../../decoding/grammar/json-schema/json-schema.js";
import {parseEbnf} from "../../decoding/grammar/language/ebnf.js";
import type {Grammar} from "../../decoding/grammar/language/expression.js";
import {bitIds, hasBit} from "../../decoding/grammar/masks/bits.js";
import {type TokenMasks, tokenMasks} from "../../decoding/grammar/masks/token-masks.js";
import {experiment} from "../../experiment/experiment.js";
import {optionNames} from "../../technique/option-names.js";
import {byteLabels, callLabel, tokenText} from "./grammar-labels.js";
import {GRAMMAR_CASES} from "./grammar-texts.js";
import {repositoryVocabulary, VOCABULARY_NEEDS} from "./repository-vocabulary.js";

const measured = {provenance: "measured"} as const;
/** Tokens of the vocabulary that a page draws: a square of 64. */
const TOKENS = 4096;
/** Tokens that are listed by name. */
const LISTED = 60;
/** Nodes that are drawn at most; a larger automaton is only counted. */
const DRAWN_NODES = 200;
const OWN = "own";

/** Verdicts on a token. */
export const VERDICTS = ["rejected", "accepted", "checked and allowed", "checked and refused"] as const;

/** A grammar as an automaton, and the mask over a vocabulary after a text that a reader types. */
export const oneGrammar = experiment({
  id: "decoding/one-grammar",
  title: "A grammar and its mask",
  question: "Which tokens does a grammar allow after a text, and which of them must be checked?",
  source: "XGrammar, arXiv:2411.15100, section 3",
  params: {
    example: {
      kind: "choice",
      label: "Grammar",
      options: [...GRAMMAR_CASES.map(({id}) => id), OWN],
      names: optionNames(GRAMMAR_CASES),
      default: "arithmetic",
    },
    text: {
      kind: "text",
      label: "Text so far",
      help: "The beginning of a text; the figure shows which tokens may follow.",
      maxLength: 2000,
      default: "2*(30",
    },
    grammar: {
      kind: "text",
      label: "Grammar of your own",
      help: "Rules (root ::= …) or a JSON Schema ({…}); used if the choice above is “own”.",
      maxLength: 20_000,
      default:
        'root ::= greeting ", " name "!"\ngreeting ::= "Hello" | "Good " ("morning" | "evening")\nname ::= [A-Z] [a-z]{1,12} (" " name)?',
    },
  },
  columns: {
    rules: {type: "integer", label: "Rules that are left after inlining"},
    nodes: {type: "integer", label: "Nodes"},
    read: {type: "string", label: "Text that the grammar takes"},
    refused: {type: "string", label: "Rest that it does not"},
    isComplete: {type: "boolean", label: "The text may end here"},
    allowed: {type: "integer", label: "Tokens allowed"},
    checked: {type: "integer", label: "Tokens that were checked"},
    tokens: {type: "integer", label: "Tokens of the vocabulary"},
    verdicts: {
      type: "integers",
      label: "Verdict on each token: rejected, accepted, checked and allowed, checked and refused",
    },
  },
  tables: {
    nodes: {
      node: {type: "integer", label: "Node"},
      rule: {type: "string", label: "Rule"},
      isFinal: {type: "boolean", label: "The rule may end here"},
      isTop: {type: "boolean", label: "On top of a stack"},
      isBelow: {type: "boolean", label: "Lower in a stack"},
    },
    edges: {
      from: {type: "integer", label: "From node"},
      to: {type: "integer", label: "To node"},
      label: {type: "string", label: "Bytes, or the rule that is called"},
      isCall: {type: "boolean", label: "Calls a rule"},
    },
    stacks: {nodes: {type: "string", label: "Nodes of a stack from the top down, each with its rule"}},
    listed: {
      token: {type: "string", label: "Token"},
      verdict: {type: "string", label: "Verdict"},
    },
  },
  needs: VOCABULARY_NEEDS,
  sweep: [
    {},
    {example: "json", text: '{"a": [1'},
    {example: "schema", text: '{"animal": "ot'},
    {example: "program", text: "let total = co"},
  ],
  async run({example, text, grammar}, {data}) {
    const own = GRAMMAR_CASES.find(({id}) => id === example)?.grammar() ?? ownGrammar(grammar);
    const pushdown = compileGrammar(own);
    const masks = tokenMasks(pushdown, repositoryVocabulary(data, TOKENS));
    const {state, read, refused} = readText(masks, text);
    const {bits, checked} = masks.allowed(state);
    const verdicts = verdictsOf(masks, state);
    const facts = {
      rules: pushdown.rules.length,
      nodes: pushdown.nodes.length,
      ...{read, refused, checked, verdicts},
      isComplete: masks.isComplete(state),
      allowed: bitIds(bits).length,
      tokens: TOKENS,
    };
    return {
      rows: [{...facts, ...measured}],
      ...drawnNodes(pushdown, masks, state),
      ...listedTokens(masks, verdicts),
    };
  },
});

/** @throws RangeError for a text that is neither rules nor a schema. */
function ownGrammar(text: string): Grammar {
  if (!/^\s*\{/.test(text)) return parseEbnf(text);
  try {
    return jsonSchemaGrammar(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new RangeError(`oneGrammar: grammar must be JSON where it begins with {, got ${error.message}`);
    throw error;
  }
}

/** The state after as much of a text as the grammar takes. */
function readText(masks: TokenMasks, text: string) {
  let state = masks.start;
  let read = "";
  for (const character of text) {
    const next = masks.acceptBytes(state, new TextEncoder().encode(character));
    if (next === undefined) break;
    state = next;
    read += character;
  }
  return {state, read, refused: text.slice(read.length)};
}

/** Places of {@link VERDICTS} by token. */
function verdictsOf(masks: TokenMasks, state: number): number[] {
  const {ids} = masks.vocabulary;
  const {bits} = masks.allowed(state);
  const open = new Set<number>();
  for (const [top] of masks.stacksOf(state))
    for (const place of masks.nodeMask(top).uncertain) open.add(ids[place]);
  return Array.from({length: masks.vocabulary.size}, (_, id) => {
    const isAllowed = hasBit(bits, id);
    return open.has(id) ? (isAllowed ? 2 : 3) : Number(isAllowed);
  });
}

function drawnNodes({nodes, rules}: Pushdown, masks: TokenMasks, state: number) {
  const stacks = masks.stacksOf(state);
  const tops = new Set(stacks.map(([top]) => top));
  const below = new Set(stacks.flatMap(([, ...rest]) => rest));
  const drawn = nodes.length <= DRAWN_NODES ? [...nodes.entries()] : [];
  return {
    nodes: drawn.map(([node, {rule, isFinal}]) => ({
      ...{node, rule: rules[rule], isFinal, isTop: tops.has(node), isBelow: below.has(node)},
      ...measured,
    })),
    edges: drawn.flatMap(([from, {bytes, calls}]) => [
      ...byteLabels(bytes).map((edge) => ({from, ...edge, isCall: false, ...measured})),
      ...calls.map(({start, to}) => ({
        from,
        to,
        label: callLabel(rules[nodes[start].rule]),
        isCall: true,
        ...measured,
      })),
    ]),
    stacks: stacks.map((stack) => ({
      nodes: stack.map((node) => `${rules[nodes[node].rule]} ${node}`).join(", "),
      ...measured,
    })),
  };
}

/** Tokens by name: those that were checked first, then accepted ones, each from the longest on. */
function listedTokens({vocabulary: {ids, bytes}}: TokenMasks, verdicts: readonly number[]) {
  const places = Array.from(ids.keys());
  const of = (verdict: number, most: number) =>
    places
      .filter((place) => verdicts[ids[place]] === verdict)
      .toSorted((a, b) => bytes[b].length - bytes[a].length || a - b)
      .slice(0, most);
  const chosen = [...of(2, LISTED / 3), ...of(3, LISTED / 3), ...of(1, LISTED)].slice(0, LISTED);
  return {
    listed: chosen.map((place) => ({
      token: tokenText(bytes[place]),
      verdict: VERDICTS[verdicts[ids[place]]],
      ...measured,
    })),
  };
}
