import {describe, expect, test} from "vitest";
import {severalAtATime} from "../../scripts/make-tables.js";

/** Work that ends when it is told to. */
function gates() {
  const open = new Map<string, (error?: Error) => void>();
  const begun: string[] = [];
  const work = (item: string) => {
    begun.push(item);
    return new Promise<void>((resolve, reject) => {
      open.set(item, (error) => (error ? reject(error) : resolve()));
    });
  };
  const end = async (item: string, error?: Error) => {
    open.get(item)!(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {begun, work, end};
}

describe("several at a time", () => {
  test("begins as many as it may, and the next when one has ended", async () => {
    const {begun, work, end} = gates();
    const all = severalAtATime(["a", "b", "c"], 2, work);
    expect(begun).toEqual(["a", "b"]);
    await end("b");
    expect(begun).toEqual(["a", "b", "c"]);
    await end("a");
    await end("c");
    await all;
  });

  test("begins nothing after a failure, waits for what is at work, and throws it", async () => {
    const {begun, work, end} = gates();
    let isOver = false;
    const all = severalAtATime(["a", "b", "c"], 2, work).finally(() => {
      isOver = true;
    });
    all.catch(() => {});
    await end("a", new Error("no room"));
    expect(begun).toEqual(["a", "b"]);
    expect(isOver).toBe(false);
    await end("b");
    await expect(all).rejects.toThrow("no room");
  });

  test("has nothing to do for nothing", async () => {
    const {begun, work} = gates();
    await severalAtATime([], 3, work);
    expect(begun).toEqual([]);
  });
});
