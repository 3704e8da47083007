import {expect, test} from "vitest";
import {bytePlanes, fromBytePlanes} from "../../src/lib/io/byte-planes.js";

test("bytes at even places come first, and come back to their places", () => {
  expect([...bytePlanes(Uint8Array.of(1, 2, 3, 4, 5))]).toEqual([1, 3, 5, 2, 4]);
  for (let length = 0; length < 6; length++) {
    const bytes = Uint8Array.from({length}, (_, i) => 7 * i + 1);
    expect(fromBytePlanes(bytePlanes(bytes))).toEqual(bytes);
  }
});
