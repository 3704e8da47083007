import {describe, expect, test} from "vitest";
import {compileGrammar} from "../../../src/lib/decoding/grammar/automaton/pushdown.js";
import {randomText} from "../../../src/lib/decoding/grammar/language/random-text.js";
import {bitIds} from "../../../src/lib/decoding/grammar/masks/bits.js";
import {tokenMasks} from "../../../src/lib/decoding/grammar/masks/token-masks.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {type Recognizer, recognizer} from "./copied-stacks.js";
import {GRAMMARS, piecesVocabulary} from "./grammars.js";

const TEXTS = 200;

describe.each(Object.entries(GRAMMARS).map(([id, grammar]) => ({id, grammar})))("$id", ({id, grammar}) => {
  const vocabulary = piecesVocabulary(grammar, 100);
  const masks = tokenMasks(compileGrammar(grammar), vocabulary);

  test("a mask is what a recognizer by definition allows, at every place of random texts", () => {
    const random = randomStream(1, id);
    const definition = recognizer(grammar);
    const expected = memoizedMasks(definition, vocabulary.bytes, vocabulary.ids);
    for (let n = 0; n < TEXTS; n++) {
      let [state, stacks] = [masks.start, definition.start];
      for (const byte of randomText(grammar, random, 1 + random.integer(20))) {
        const want = expected(stacks);
        expect(bitIds(masks.allowed(state).bits).join()).toBe(want);
        expect(masks.isComplete(state)).toBe(definition.isComplete(stacks));
        state = masks.acceptBytes(state, Uint8Array.of(byte))!;
        stacks = definition.after(stacks, [byte]);
      }
      expect(masks.isComplete(state)).toBe(true);
      expect(bitIds(masks.allowedByChecking(state).bits)).toEqual(bitIds(masks.allowed(state).bits));
    }
  });

  test("what callers may go on with leaves fewer tokens open, and never an accepted one", () => {
    let [open, unexpanded] = [0, 0];
    for (const node of masks.maskedNodes) {
      const {counts, unexpanded: before} = masks.nodeMask(node);
      expect(counts.accepted).toBe(before.accepted);
      expect(counts.uncertain).toBeLessThanOrEqual(before.uncertain);
      open += counts.uncertain;
      unexpanded += before.uncertain;
    }
    expect(open).toBeLessThan(unexpanded);
  });

  test("a state is kept: going on from it twice gives the same, whatever was written in between", () => {
    const random = randomStream(2, id);
    const [one, other] = [randomText(grammar, random, 30), randomText(grammar, random, 30)];
    const early = masks.acceptBytes(masks.start, one.subarray(0, one.length >> 1))!;
    const before = masks.allowed(early).bits;
    masks.acceptBytes(masks.start, other);
    masks.acceptBytes(early, one.subarray(one.length >> 1));
    expect(masks.allowed(early).bits).toEqual(before);
    expect(masks.acceptBytes(masks.start, one.subarray(0, one.length >> 1))).toBe(early);
  });
});

/** Ids allowed after stacks by definition; equal stacks are asked once. */
function memoizedMasks(definition: Recognizer, bytes: readonly Uint8Array[], ids: Uint32Array) {
  const known = new Map<string, string>();
  return (stacks: Recognizer["start"]): string => {
    const key = definition.key(stacks);
    const found = known.get(key) ?? allowedBy(definition, stacks, bytes, ids).join();
    known.set(key, found);
    return found;
  };
}

function allowedBy(
  definition: Recognizer,
  stacks: Recognizer["start"],
  bytes: readonly Uint8Array[],
  ids: Uint32Array,
): number[] {
  const after = new Map<number, Recognizer["start"]>();
  const first = (byte: number) =>
    after.get(byte) ?? after.set(byte, definition.after(stacks, [byte])).get(byte)!;
  const allowed = bytes.flatMap((token, place) => {
    const next = first(token[0]);
    return next.length > 0 && definition.after(next, token.subarray(1)).length > 0 ? [ids[place]] : [];
  });
  return allowed.sort((a, b) => a - b);
}
