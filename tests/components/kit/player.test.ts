import {expect, test} from "vitest";
import {verdictOn} from "../../../src/components/kit/openings/guess.js";
import {stepAfterKey} from "../../../src/components/kit/player.js";

test("keys of the player step within the first and the last step", () => {
  expect(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => stepAfterKey(key, 3, 1, 4))).toEqual([
    4, 2, 1, 4,
  ]);
  expect(stepAfterKey("ArrowRight", 4, 1, 4)).toBe(4);
  expect(stepAfterKey("ArrowLeft", 1, 1, 4)).toBe(1);
  expect(stepAfterKey("a", 1, 1, 4)).toBeUndefined();
});

test("the verdict on a guess names the right answer, whatever was given", () => {
  const options = ["int4", "nvfp4"];
  expect(verdictOn("1", 1, options)).toBe("Yes, nvfp4.");
  expect(verdictOn("0", 1, options)).toBe("No, nvfp4.");
  expect(verdictOn("skip", 1, options)).toBe("The answer: nvfp4.");
});
