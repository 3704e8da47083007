import {Ajv2020} from "ajv/dist/2020.js";
import {describe, expect, test} from "vitest";
import {compileGrammar} from "../../../src/lib/decoding/grammar/automaton/pushdown.js";
import {integersWithin, numbersWithin} from "../../../src/lib/decoding/grammar/json-schema/bounded-number.js";
import {jsonSchemaGrammar} from "../../../src/lib/decoding/grammar/json-schema/json-schema.js";
import type {Grammar} from "../../../src/lib/decoding/grammar/language/expression.js";
import {randomText} from "../../../src/lib/decoding/grammar/language/random-text.js";
import {byteVocabulary} from "../../../src/lib/decoding/grammar/masks/byte-vocabulary.js";
import {tokenMasks} from "../../../src/lib/decoding/grammar/masks/token-masks.js";
import {randomStream} from "../../../src/lib/tensor/random.js";
import {PERSON_SCHEMA} from "./grammars.js";

/** Says of a text whether a grammar has it. */
function reader(grammar: Grammar): (text: string) => boolean {
  const masks = tokenMasks(
    compileGrammar(grammar),
    byteVocabulary(0, () => undefined),
  );
  return (text) => {
    const state = masks.acceptBytes(masks.start, new TextEncoder().encode(text));
    return state !== undefined && masks.isComplete(state);
  };
}

/** Schemas with values that they allow and values that they forbid. */
const SCHEMAS: readonly (readonly [
  schema: object | boolean,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  [true, [null, 1.5e-3, 'é\n"😀', [[], {}], {a: {b: [1]}}], []],
  [{type: "string", minLength: 2, maxLength: 3}, ["ab", "😀é", "a\nb"], ["a", "abcd", 2]],
  [{type: "string", pattern: "^[a-c]+\\d{2}$"}, ["abc12"], ["12", "a123", "d12"]],
  [{type: "string", pattern: "a|^b"}, ["xxa\\", "bx", 'a"'], ["xb", ""]],
  [{type: "string", pattern: '^(?:\\w+\\.)*(?<last>[^\\s"]?)$'}, ["a.b.c", ""], ["a b", '"']],
  [
    {format: "date-time"},
    ["2024-02-28T23:59:00Z", "1999-12-31T00:00:01.5+01:00"],
    ["2024-13-01T00:00:00Z", "2024-02-30T00:00:00Z"],
  ],
  [{format: "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]],
  [{format: "ipv4"}, ["192.168.0.1"], ["256.1.1.1", "1.2.3"]],
  [{type: ["integer", "null"]}, [0, -12, null], [1.5, "1", true]],
  [{type: "number"}, [0.25, -1e30, 7], ["1", null]],
  [{type: "integer", exclusiveMinimum: -3, maximum: 12}, [-2, 0, 12], [-3, 13]],
  [{type: "number", minimum: 0.5, exclusiveMaximum: 2}, [0.5, 1, 1.999], [0.49, 2, -1]],
  [{enum: [1, "a", {x: [true, null]}]}, [1, "a", {x: [true, null]}], [2, {x: []}]],
  [{type: "string", enum: ["a", 1]}, ["a"], [1]],
  [{const: {a: 1}}, [{a: 1}], [{}, {a: 2}]],
  [{items: {type: "integer"}, minItems: 1, maxItems: 3}, [[1], [1, 2, 3]], [[], [1, 2, 3, 4], ["a"]]],
  [
    {prefixItems: [{type: "string"}, {type: "integer"}], items: false},
    [[], ["a"], ["a", 1]],
    [[1], ["a", 1, 2]],
  ],
  [{prefixItems: [{type: "string"}], minItems: 2}, [["a", null]], [["a"], [1, 2]]],
  [
    PERSON_SCHEMA,
    [{name: "A"}, {name: "", age: 150, tags: ["red"], friend: {name: "B", friend: null}}],
    [{}, {name: 1}, {name: "A", age: 151}],
  ],
  [
    {properties: {a: {}, ab: {type: "null"}}, required: ["b"], additionalProperties: {type: "integer"}},
    [{b: 1}, {a: "x", ab: null, b: 2, abc: 3, "": 1}],
    [{}, {ab: 1, b: 1}, {b: "x"}, {b: 1, c: "x"}],
  ],
  [{type: "object"}, [{}, {a: 1, b: {c: []}}], [[], 1]],
  [{type: "object", additionalProperties: {type: "boolean"}}, [{}, {x: true}], [{x: 1}]],
  [{anyOf: [{type: "string"}, {type: "array", items: {$ref: "#"}}]}, ["a", [], [["b"], "c"]], [1, [1]]],
  [
    {
      type: "object",
      properties: {kind: {}},
      anyOf: [
        {properties: {kind: {const: "a"}, x: {type: "integer"}}, required: ["x"]},
        {properties: {kind: {const: "b"}}},
      ],
    },
    [{kind: "a", x: 1}, {kind: "b"}],
    [{kind: "a"}],
  ],
  [{oneOf: [{type: "integer"}, {type: "string"}, {type: "null"}]}, [1, "a", null], [1.5, true]],
  [
    {
      oneOf: [
        {properties: {t: {const: 1}}, required: ["t"]},
        {properties: {t: {const: 2}, u: {type: "string"}}, required: ["t"]},
      ],
      type: "object",
    },
    [{t: 1}, {t: 2, u: ""}],
    [{t: 3}],
  ],
  [
    {
      allOf: [
        {type: "object", properties: {a: {type: "number", minimum: 1}}},
        {properties: {a: {maximum: 3}, b: {type: "null"}}, required: ["a"]},
      ],
    },
    [{a: 2}, {a: 3, b: null}],
    [{}, {a: 4}, {a: 0}],
  ],
  [
    {
      $defs: {
        node: {
          type: "object",
          properties: {v: {type: "integer"}, next: {$ref: "#/$defs/node"}},
          required: ["v"],
        },
        "a/b~": {$ref: "#/$defs/node"},
      },
      $ref: "#/$defs/a~1b~0",
    },
    [{v: 1}, {v: 1, next: {v: 2}}],
    [{}, {v: 1, next: {}}],
  ],
  [{$defs: {text: {type: "string"}}, $ref: "#/$defs/text", maxLength: 2}, ["ab"], ["abc", 1]],
];

describe.each(
  SCHEMAS.map(([schema, good, bad]) => ({name: JSON.stringify(schema).slice(0, 90), schema, good, bad})),
)("$name", ({schema, good, bad}) => {
  const validate = new Ajv2020({strict: false, validateFormats: false}).compile(schema);
  const grammar = jsonSchemaGrammar(schema);

  test("has no text that a validator refuses", () => {
    const random = randomStream(3, JSON.stringify(schema));
    for (let n = 0; n < 40; n++) {
      const text = new TextDecoder("utf-8", {fatal: true}).decode(
        randomText(grammar, random, random.integer(60)),
      );
      expect(validate(JSON.parse(text)), text).toBe(true);
    }
  });

  test("has what is valid, compact and with blanks, and nothing that is not", () => {
    const has = reader(grammar);
    for (const value of good) {
      expect(has(JSON.stringify(value)), JSON.stringify(value)).toBe(true);
      expect(has(JSON.stringify(value, null, 2)), JSON.stringify(value)).toBe(true);
    }
    for (const value of bad) expect(has(JSON.stringify(value)), JSON.stringify(value)).toBe(false);
    const compact = reader(jsonSchemaGrammar(schema, {blanks: "none"}));
    for (const value of good) expect(compact(JSON.stringify(value)), JSON.stringify(value)).toBe(true);
  });
});

test("numbers within bounds are those that compare so, each bound in and out", () => {
  const random = randomStream(4, "bounds");
  const numbers = Array.from({length: 60}, () => (random.integer(4001) - 2000) / 10 ** random.integer(4));
  const decimal = () => (random.integer(401) - 200) / 10 ** random.integer(3);
  for (let n = 0; n < 60; n++) {
    const [a, b] = [decimal(), decimal()];
    const [low, high] = [Math.min(a, b), Math.max(a, b)].map((value) => ({
      digits: String(value),
      isExclusive: random.integer(2) === 1,
    }));
    const lows = random.integer(4) === 0 ? null : low;
    const highs = random.integer(4) === 0 ? null : high;
    const has = reader({root: "r", rules: new Map([["r", numbersWithin(lows, highs)]])});
    for (const value of [...numbers, a, b]) {
      const isAbove =
        lows === null || value > Number(low.digits) || (value === Number(low.digits) && !low.isExclusive);
      const isBelow =
        highs === null || value < Number(high.digits) || (value === Number(high.digits) && !high.isExclusive);
      expect(has(String(value)), `${value} of ${JSON.stringify([lows, highs])}`).toBe(isAbove && isBelow);
      expect(has(`${value.toFixed(4)}`), value.toFixed(4)).toBe(isAbove && isBelow);
    }
  }
});

test("integers within bounds are all of them", () => {
  const random = randomStream(5, "bounds");
  for (let n = 0; n < 40; n++) {
    const [a, b] = [random.integer(300) - 150, random.integer(300) - 150];
    const bound = (value: number) => ({digits: String(value), isExclusive: false});
    const rule = integersWithin(bound(Math.min(a, b)), n % 4 === 0 ? null : bound(Math.max(a, b)));
    const has = reader({root: "r", rules: new Map([["r", rule]])});
    for (let value = -160; value <= 160; value += 1 + random.integer(5))
      expect(has(String(value))).toBe(value >= Math.min(a, b) && (n % 4 === 0 || value <= Math.max(a, b)));
    expect(has("01")).toBe(false);
  }
});

test.each([
  [{multipleOf: 3}, "#/multipleOf must be left out: the keyword is not supported"],
  [{properties: {"a/b": {not: {}}}}, "#/properties/a~1b/not must be left out"],
  [{items: [{}]}, "#/items must be a schema; lists are prefixItems"],
  [
    {patternProperties: {}},
    `#/patternProperties must be left out: the keyword is not supported, got "patternProperties"`,
  ],
  [{uniqueItems: true}, "#/uniqueItems"],
  [{$ref: "other.json"}, "#/$ref must be a pointer into the schema itself"],
  [{$ref: "#/$defs/a"}, "a pointer to a schema that is there"],
  [{$ref: "#"}, "# must be met by a text that ends"],
  [{allOf: [{$ref: "#"}]}, "without references in a circle"],
  [false, "# must be met by a text that ends"],
  [{type: "object", properties: {a: {$ref: "#"}}, required: ["a"]}, "met by a text that ends"],
  [{type: "strin"}, "#/type must be of string"],
  [{type: "string", pattern: "(?=a)"}, "#/pattern"],
  [{type: "string", pattern: "(a)\\1"}, "which is not supported"],
  [{type: "string", pattern: "a", maxLength: 3}, "of a pattern, a format or a length"],
  [{format: "email"}, "#/format must be of date, time"],
  [{minLength: -1}, "#/minLength must be an integer from 0"],
  [{maxItems: 1e9}, "#/maxItems must be an integer from 0 to 4000"],
  [{minimum: "1"}, "#/minimum must be a number"],
  [{minimum: 1e300}, "#/minimum must be a number"],
  [{enum: [1], minimum: 0}, "#/minimum must be left out beside enum"],
  [{oneOf: [{type: "integer"}, {type: "number"}]}, "#/oneOf/1 must be told apart from #/oneOf/0"],
  [
    {allOf: [{properties: {a: {}}, additionalProperties: false}, {properties: {b: {}}}]},
    "#/properties/b must be named by each",
  ],
  [{allOf: [{pattern: "a"}, {pattern: "b"}]}, "#/pattern must be the same in all schemas"],
  [{type: "string", maxLength: 10_000}, "#/maxLength must be an integer from 0 to 4000"],
])("%j", (schema, message) => {
  expect(() => compileGrammar(jsonSchemaGrammar(schema))).toThrow(message);
});

test("a schema of a stranger may be as deep or as branched as it likes: it is refused, not run out of memory", () => {
  const deep = JSON.parse(`${'{"items":'.repeat(3000)}{}${"}".repeat(3000)}`);
  expect(() => jsonSchemaGrammar(deep)).toThrow("schemas within schemas");
  const branched = {allOf: Array.from({length: 20}, (_, i) => ({anyOf: [{minLength: i}, {maxLength: i}]}))};
  expect(() => jsonSchemaGrammar(branched)).toThrow("#/anyOf must be at most 1000 ways");
  const named = JSON.parse(
    '{"properties":{"__proto__":{"type":"null"},"constructor":{}},"required":["__proto__"]}',
  );
  expect(reader(jsonSchemaGrammar(named))('{"__proto__":null}')).toBe(true);
});
