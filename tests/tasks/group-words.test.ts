import {describe, expect, test} from "vitest";
import {groupTable, groupWord, permutations} from "../../src/lib/tasks/group-words.js";
import {randomStream} from "../../src/lib/tensor/random.js";

describe.each([2, 3, 4])("permutations of %d letters", (letters) => {
  const table = groupTable(letters);
  const all = table.map((_, element) => element);

  test("are a group: a neutral element first, inverses, products that may be bracketed at will", () => {
    expect(table).toHaveLength([1, 1, 2, 6, 24][letters]);
    for (const a of all) {
      expect(table[0][a]).toBe(a);
      expect(table[a][0]).toBe(a);
      expect([...table[a]].sort((x, y) => x - y)).toEqual(all);
      for (const b of all.slice(0, 6))
        for (const c of all) expect(table[table[a][b]][c]).toBe(table[a][table[b][c]]);
    }
  });

  test("make words whose products are those of their beginnings", () => {
    const {elements, products} = groupWord(table, 50, randomStream(1, "group-words"));
    const orders = permutations(letters);
    let letters0 = [...orders[0]];
    elements.forEach((element, place) => {
      letters0 = letters0.map((letter) => orders[element][letter]);
      expect(orders[products[place]]).toEqual(letters0);
    });
    expect(new Set(elements).size).toBeGreaterThan(1);
  });
});

test("products of two letters are parity", () => {
  const {elements, products} = groupWord(groupTable(2), 30, randomStream(2, "group-words"));
  const swapsBefore = (place: number) =>
    elements.slice(0, place + 1).filter((element) => element === 1).length;
  expect(products).toEqual(elements.map((_, place) => swapsBefore(place) % 2));
});

test("of more letters than a table should have are refused", () => {
  expect(() => permutations(7)).toThrow("permutations: letters must be");
});
