import {readFileSync} from "node:fs";
import {describe, expect, test} from "vitest";
import {parseJsonObject} from "../../../src/lib/io/json-file.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";

interface Case {
  readonly text: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly ids_with_special_tokens: readonly number[];
  readonly decoded: string;
  readonly decoded_skip_special: string;
}

const file = (name: string) => readFileSync(new URL(`../../golden/models/${name}`, import.meta.url));

describe.each(["tokenizer-gpt2", "tokenizer-llama3"])("%s", (name) => {
  const place = {reader: "test", field: "tokenizer.json", limits: TOKENIZER_LIMITS};
  const tokenizer = parseTokenizer(parseJsonObject(file(`${name}/tokenizer.json`), place));
  const {cases} = JSON.parse(file(`${name}/expected.json`).toString()) as {cases: Case[]};

  test.each(cases)("$text", (expected) => {
    const ids = tokenizer.encode(expected.text, {special: false});
    expect(ids).toEqual(expected.ids);
    expect(ids.map((id) => tokenizer.token(id))).toEqual(expected.tokens);
    const full = tokenizer.encode(expected.text);
    expect(full).toEqual(expected.ids_with_special_tokens);
    expect(tokenizer.decode(ids)).toBe(expected.decoded);
    expect(tokenizer.decode(ids, {skipSpecial: true})).toBe(expected.decoded_skip_special);
  });
});
