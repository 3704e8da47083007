import {describe, expect, test} from "vitest";
import {docsInText} from "../../src/data/record-docs.js";

describe("docsInText", () => {
  test("takes the first sentence above a record, without links and line breaks", () => {
    const text = `/** Another thing. */
const GROUP_SIZE = 32;

/**
 * KIVI: keys per channel
 * and values per token, see {@link kiviCacheBytes}. (arXiv:2402.02750, section 3.3)
 */
export const kivi = cacheTechnique({
  id: "kivi",
});`;
    const sentence = "KIVI: keys per channel and values per token, see kiviCacheBytes.";
    expect(docsInText(text)).toEqual(new Map([["kivi", sentence]]));
  });

  test("takes a number with a point for a part of its sentence, and leaves out records without a docstring", () => {
    const text = `/** Keeps 4.625 bits. And more. */
export const cskv: Technique = technique({id: "cskv"});
export const bare = technique({id: "bare"});`;
    expect(docsInText(text)).toEqual(new Map([["cskv", "Keeps 4.625 bits."]]));
  });
});
