/**
 * Numbers that are the same are found to be so at once: a comparison of two typed arrays takes microseconds for each of
 * their elements otherwise, which for logits and caches is seconds. What differs is left to the comparison of Vitest,
 * and with it the message.
 */
import {expect} from "vitest";

const bytesOf = ({buffer, byteOffset, byteLength}: ArrayBufferView) =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Whether two values are numbers in a row, the same to the bit; undefined where they are not. */
function areSameNumbers(a: unknown, b: unknown): true | undefined {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b))
    return a.constructor === b.constructor && bytesOf(a).equals(bytesOf(b)) ? true : undefined;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return undefined;
  return a.every((x, i) => typeof x === "number" && Object.is(x, b[i])) ? true : undefined;
}

// Files that share a process share what is told to `expect`.
const told = globalThis as {areNumbersCompared?: boolean};
if (!told.areNumbersCompared) expect.addEqualityTesters([areSameNumbers]);
told.areNumbersCompared = true;
