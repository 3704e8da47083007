import {deflateRawSync} from "node:zlib";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {fragmentOf, MOST_FRAGMENT, textsOf} from "../../../src/components/kit/address/address-texts.js";
import {hasTextsInSearch, readState, writeState} from "../../../src/components/kit/address/url-state.js";
import {withoutPaths} from "../../../src/components/kit/text/without-paths.js";
import type {Params} from "../../../src/lib/technique/params.js";

const params = {
  bits: {kind: "integer", label: "Bits", min: 2, max: 8, default: 4},
  config: {kind: "text", label: "config.json of your own", maxLength: 65_536, default: ""},
} as const satisfies Params;

const hashOf = (json: string) => `#texts=${deflateRawSync(json).toString("base64url")}`;

describe("texts in the fragment of an address", () => {
  test("come back as they were", async () => {
    const texts = fc.dictionary(fc.string(), fc.string({unit: "binary", maxLength: 200}), {maxKeys: 4});
    await fc.assert(
      fc.asyncProperty(texts, async (given) => {
        const map = new Map(Object.entries(given));
        expect(await textsOf((await fragmentOf(map)) ?? "too long")).toEqual({texts: map, problem: null});
      }),
      {seed: 8, numRuns: 50},
    );
  });

  test("are compressed, and left out where they would still be too long", async () => {
    const config = JSON.stringify({layer_types: Array(500).fill("sliding_attention")});
    expect((await fragmentOf(new Map([["config", config]])))?.length).toBeLessThan(300);
    const noise = Array.from({length: 20_000}, (_, i) => ((i * 2_654_435_761) % 65_536).toString(36)).join(
      "",
    );
    expect(noise.length).toBeGreaterThan(MOST_FRAGMENT);
    expect(await fragmentOf(new Map([["config", noise]]))).toBeNull();
  });

  test.each([
    ["#texts=", "nothing"],
    ["#texts=%%%", "no characters of it"],
    ["#texts=abcd", "bytes that are no deflated text"],
    [hashOf("3"), "a number"],
    [hashOf('[["a"]]'), "half a pair"],
    [hashOf('["ab"]'), "a text that is no pair"],
    [hashOf(`[["a", "${"0".repeat(2 ** 21)}"]]`), "two million zeros in two thousand bytes"],
  ])("%s is told in a sentence: %s", async (hash) => {
    const {texts, problem} = await textsOf(hash);
    expect(texts.size).toBe(0);
    expect(problem).toBe("The text at the end of the address is cut or spoilt; it is left out.");
  });

  test("an anchor of the page is none", async () => {
    expect(await textsOf("#for-a-model")).toEqual({texts: new Map(), problem: null});
  });
});

describe("the search part of an address", () => {
  test("never holds a text, also where it stood there before", () => {
    const values = {bits: 3, config: '{"secret": 1}'};
    expect(writeState(params, values, "")).toBe("?bits=3");
    expect(writeState(params, values, "?other=1&config=old")).toBe("?other=1&bits=3");
  });

  test("opens older links that have texts there, and is known to need a change", () => {
    expect(readState(params, "?config=old").values.config).toBe("old");
    expect(hasTextsInSearch(params, "?config=old")).toBe(true);
    expect(hasTextsInSearch(params, "?bits=3")).toBe(false);
    const texts = new Map([["x.config", "new"]]);
    expect(readState(params, "?x.config=old", "x.", texts).values.config).toBe("new");
  });
});

test("no path or name of a config.json is copied", () => {
  const text = '{"_name_or_path": "/home/me/\\"q\\"", "name_or_path" : "b", "hidden_size": 8}';
  expect(withoutPaths(text)).toBe('{"_name_or_path": "", "name_or_path" : "", "hidden_size": 8}');
});
