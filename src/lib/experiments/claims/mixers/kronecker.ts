/** Claims of Kronecker attention: what it can find, and what its sums cost. */

import {matchingHead, sufficientSharpness} from "../../../mixers/kronecker/match-three.js";
import {polynomialAttention} from "../../../mixers/kronecker/polynomial-attention.js";
import {type TensorHead, tensorAttention} from "../../../mixers/kronecker/tensor-attention.js";
import {allOperations} from "../../../mixers/operation-counts.js";
import type {Interval} from "../../../stats/interval.js";
import {randomStream} from "../../../tensor/random.js";
import type {Claim, Evidence} from "../claim.js";
import {intervalsOf, modelled, reported, spread, valuesOf} from "../evidence.js";
import {notTried, orderVerdict} from "../rules.js";

/** Id of the paper. */
const KRONECKER = "arXiv:2310.04064";

const LINEAR = "times the operations at twice the tokens";
/** Error of an output whose values lie between -1 and 1 that still counts as a close approximation. */
const CLOSE = 1e-6;

/** A tensor head found more triples than a softmax head. */
export interface FoundTriples {
  readonly gap: Interval & {readonly documents: number};
}

function randomHead(tokens: number): TensorHead {
  const stream = randomStream(1, "heads of claims");
  const matrix = () => Float64Array.from({length: tokens * 4}, () => 2 * stream.uniform() - 1);
  return {q: matrix(), keys: [matrix(), matrix()], values: [matrix(), matrix()], width: 4, valueWidth: 4};
}

/** Growth of the polynomial's operations, and its error, with entries up to 1 and a fixed degree. */
function linearGrowth(): Evidence[] {
  const subject = "4 channels, entries up to 1, Taylor's polynomial of degree 6";
  const run = (tokens: number) =>
    polynomialAttention(randomHead(tokens), {kind: "taylor", degree: 6, reach: 1});
  const [short, long] = [32, 64].map(run);
  const exact = tensorAttention(randomHead(64)).output;
  const error = exact.reduce((most, value, at) => Math.max(most, Math.abs(value - long.output[at])), 0);
  return [
    modelled(subject, LINEAR, allOperations(long.counts) / allOperations(short.counts), "x"),
    modelled(subject, "largest error of 64 outputs", error, ""),
  ];
}

/** Entries that the written head needs for lists of so many numbers. */
function largestEntry(tokens: number): Evidence {
  const head = matchingHead([0], 5, sufficientSharpness({modulus: 5, tokens}));
  const most = head.q.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  return modelled(
    `triples below 5 among ${tokens} numbers`,
    "largest entry of a head that finds them",
    most,
    "",
  );
}

/** Claims of Kronecker attention. */
export const kroneckerClaims: readonly Claim<FoundTriples>[] = [
  {
    id: "kronecker-triples",
    paper: KRONECKER,
    place: "abstract",
    statement:
      "It solves problems about triples of tokens that attention of one token at a time was shown unable to.",
    kind: "measured",
    reported: [reported("triples of words", "share that is found", null, "")],
    ours: ({gap}) => [
      spread(
        "numbers below 11, heads of 8 channels",
        "share decided rightly by a tensor head less that by a softmax head trained alike",
        {...gap, method: "95 %, Student's t over lists of numbers"},
        "",
      ),
    ],
    judge: (_, ours) => orderVerdict(intervalsOf(ours)),
    why: "Softmax attention is not helpless on short lists of few kinds: the proof is about long ones, and a network behind the head may guess. Three heads of each kind were trained for the same 400 steps. A tensor head whose weights are written down decides every list.",
  },
  {
    id: "kronecker-linear",
    paper: KRONECKER,
    place: "abstract",
    statement:
      "With entries that grow slower than the cube root of log n it is approximated in almost linear time.",
    kind: "modelled",
    reported: [reported("entries of o((log n)^(1/3))", "exponent of the time", 1, "")],
    ours: linearGrowth,
    judge: (_, ours) => {
      const [growth, error] = valuesOf(ours);
      return growth < 2.05 && error < CLOSE ? "agrees" : "differs";
    },
    why: "Counted while it runs with one degree, for which linear growth follows from the algorithm; whether a degree suffices is what the error says. The paper's theorem lets degree and channels grow with n, which no finite run can show.",
  },
  {
    id: "kronecker-cubic",
    paper: KRONECKER,
    place: "abstract",
    statement: "With entries as large as the cube root of log n nothing is faster than cubic, if SETH holds.",
    kind: "open",
    reported: [reported("entries of Ω((log n)^(1/3))", "exponent of the time", 3, "")],
    ours: () => [largestEntry(8), largestEntry(4096)],
    judge: notTried,
    why: "A bound from below under a conjecture cannot be run. The head that finds triples needs entries of just this order, by its formula.",
  },
];
