import {describe, expect, test} from "vitest";
import {registry} from "../../src/lib/technique/registry.js";

describe("a registry", () => {
  const fruits = registry("fruits", [{id: "apple"}, {id: "pear"}]);

  test("keeps the order of its records and finds them by id", () => {
    expect(fruits.ids).toEqual(["apple", "pear"]);
    expect(fruits.byId("pear")).toBe(fruits.all[1]);
  });

  test("refuses an unknown id by name, and ids of the prototype", () => {
    expect(() => fruits.byId("plum")).toThrow('fruits: id must be one of apple, pear, got "plum"');
    expect(() => fruits.byId("toString")).toThrow('got "toString"');
  });

  test("refuses two records of one id", () => {
    expect(() => registry("fruits", [{id: "fig"}, {id: "fig"}])).toThrow(
      "fruits: ids must be unique, got fig twice",
    );
  });
});
