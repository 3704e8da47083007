import {expect, test} from "vitest";
import {cellAfter, cellText, strongestOf} from "../../../src/components/plots/words/word-map.js";

const words = ["<begin>", "fact", "otter", "amber"];
const cells = [
  {index: 3, other: 1, value: 0.2},
  {index: 3, other: 2, value: -0.7},
  {index: 2, other: 1, value: 0.9},
];

test("a cell is told by both words, their places and the weight", () => {
  expect(cellText(cells[0], {words, verb: "attends to"})).toBe(
    "“amber” (word 3) attends to “fact” (word 1): 20 %",
  );
});

test("the strongest look of a word may be a weight that is taken away", () => {
  expect(strongestOf(cells, 3)).toBe(cells[1]);
  expect(strongestOf(cells, 0)).toBeUndefined();
});

test("arrow keys go through the cells of words and those before them, and stay among them", () => {
  expect(cellAfter([2, 1], "ArrowDown", 4)).toEqual([3, 1]);
  expect(cellAfter([3, 1], "ArrowDown", 4)).toEqual([3, 1]);
  expect(cellAfter([2, 2], "ArrowRight", 4)).toEqual([2, 2]);
  expect(cellAfter([2, 2], "ArrowUp", 4)).toEqual([1, 1]);
  expect(cellAfter([0, 0], "ArrowLeft", 4)).toEqual([0, 0]);
  expect(cellAfter([0, 0], "Enter", 4)).toBeUndefined();
});
