import {describe, expect, test} from "vitest";
import {compileGrammar} from "../../../src/lib/decoding/grammar/automaton/pushdown.js";
import {parseEbnf} from "../../../src/lib/decoding/grammar/language/ebnf.js";
import {byteVocabulary} from "../../../src/lib/decoding/grammar/masks/byte-vocabulary.js";
import {tokenMasks} from "../../../src/lib/decoding/grammar/masks/token-masks.js";
import {JSON_EBNF} from "./grammars.js";

/** Says of a text whether a grammar has it. */
function reader(ebnf: string): (text: string | Uint8Array) => boolean {
  const masks = tokenMasks(
    compileGrammar(parseEbnf(ebnf)),
    byteVocabulary(0, () => undefined),
  );
  return (text) => {
    const state = masks.acceptBytes(
      masks.start,
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    );
    return state !== undefined && masks.isComplete(state);
  };
}

test.each<[string, string[], string[]]>([
  ['root ::= "ab" | "c"?', ["ab", "c", ""], ["a", "abc"]],
  ['root ::= "a"{2} "b"{1,} "c"{,2} [d-f]{2,3}', ["aabdd", "aabbccdef"], ["abdd", "aabcccdd", "aabd"]],
  ['root ::= ("x" | "y" # a comment "not read"\n  | "z")+ # the end', ["x", "zyx"], ["", "w"]],
  ['root ::= a\n  b\na ::= "1"\n\n|"2"\nb::="3"', ["13", "23"], ["3", "1"]],
  ["root ::= [^a-c\\n] [\\]\\-^]", ["d]", "é-", "😀^"], ["a]", "\n]", "dd"]],
  ['root ::= "\\x41\\u00e9\\U0001F600\\"\\\\\\n"', ['Aé😀"\\\n'], ["A"]],
  ['root ::= . "é"', ["éé", "\né", "😀é"], ["é", "ab"]],
  ['root ::= "" | [€-😀]', ["", "€", "😀", "￿"], ["₫a", "a", "😁", "₫₫"]],
  ["root ::= [α-ω]*", ["", "αβγ"], ["a"]],
])("%s", (ebnf, good, bad) => {
  const has = reader(ebnf);
  for (const text of good) expect(has(text), text).toBe(true);
  for (const text of bad) expect(has(text), text).toBe(false);
});

test("classes are those of characters, and no bytes that are none get through", () => {
  const has = reader("root ::= [^a]");
  for (const bytes of [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]])
    expect(has(Uint8Array.from(bytes))).toBe(false);
  for (const point of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff])
    expect(has(String.fromCodePoint(point))).toBe(true);
});

describe("a grammar that is none is refused", () => {
  test.each([
    ["", "a rule root"],
    ['rot ::= "a"', "a rule root"],
    ["root ::= a", "a without one, called by root"],
    ['root ::= "a', "line 1, column 12 must have the end of the quoted text, got the end"],
    ['root ::= ("a"', "a ), got the end"],
    ['root ::= "a")', "line 1, column 13"],
    ["root ::= [b-a]", "line 1, column 11 must have a range"],
    ["root ::= []", "a class with a character"],
    ['root ::= "a"\nroot ::= "b"', "line 2, column 1 must have one rule root"],
    ['root ::= "a"{3,1}', "counts {m}"],
    ['root ::= "a"{99999999999}', "a count of at most 4000"],
    ['root ::= "\\q"', "line 1, column 11 must have an escape"],
    ['root ::= "\\ud800"', "of a character"],
    ["root ::= <a>", "a text, a class"],
    ["root ::= *", "a text, a class"],
    ['root ::= root "a" | "b"', "no left recursion), got root → root"],
    ['root ::= a\na ::= b? "x"\nb ::= a', "got a → b → a"],
    ['root ::= e root "a" | "b"\ne ::= "c"?', "got root → root"],
    ['root ::= "a" root', "rules with texts that end, got root"],
  ])("%s", (ebnf, message) => {
    expect(() => parseEbnf(ebnf)).toThrow(RangeError);
    expect(() => parseEbnf(ebnf)).toThrow(message);
  });

  test("groups, repetitions and stacks without measure", () => {
    expect(() => parseEbnf(`root ::= ${"(".repeat(5000)}`)).toThrow("at most 200 groups in groups");
    expect(() => parseEbnf(`root ::= ${"#".repeat(1_000_001)}`)).toThrow("at most 1000000 characters");
    const large = parseEbnf("root ::= (([a-z]{3999}){3999}){3999}");
    expect(() => compileGrammar(large)).toThrow("at most 600000 steps");
    // The last letters but 30: a deterministic automaton of 2^30 nodes.
    const wide = parseEbnf('root ::= [ab]* "a" [ab]{30}');
    expect(() => compileGrammar(wide)).toThrow("steps");
    expect(() => compileGrammar(parseEbnf('root ::= ("" {3999}){3999}'))).toThrow("steps");
  });

  test("a text with more stacks at a time than the limit", () => {
    const copies = Array.from({length: 24}, (_, i) => `w${i}`);
    const ebnf = `root ::= ${copies.map((name) => `${name} root "${name}"`).join(" | ")} | "."
      ${copies.map((name) => `${name} ::= "a" ${name}? "b"?`).join("\n")}`;
    const has = reader(ebnf);
    expect(() => has("a".repeat(40))).toThrow(RangeError);
  });
});

test("depth costs no more than its stack: 20,000 open brackets, and 20,000 calls at the end of a rule", () => {
  const has = reader(JSON_EBNF);
  expect(has(`${"[".repeat(20_000)}${"]".repeat(20_000)}`)).toBe(true);
  expect(reader('root ::= "a" root | ""')("a".repeat(20_000))).toBe(true);
});
