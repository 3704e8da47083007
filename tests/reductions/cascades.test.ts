import {describe, expect, test} from "vitest";
import {attentionRow} from "../../src/lib/reductions/attention-row.js";
import {parseCascade} from "../../src/lib/reductions/cascade/cascade.js";
import {cascades} from "../../src/lib/reductions/cascade/cascades.js";
import {passesOf, placeCascade} from "../../src/lib/reductions/cascade/passes.js";
import {type CascadeInput, runCascade} from "../../src/lib/reductions/cascade/run-cascade.js";
import {randomStream} from "../../src/lib/tensor/random.js";
import {defined, EXTREMES, gap} from "./rows.js";

const LINEAR = "KV[e,f] = sum(t,n) K[t,n,e] * V[t,n,f]\nAV[f] = sum(e) Q[e] * KV[e,f]";
/** Divided once, at the end: the exponentials need no second reading of their sum. */
const LATE = `QK[t,n] = sum(e) Q[e] * K[t,n,e]
GM[] = max(t,n) QK[t,n]
SN[t,n] = exp(QK[t,n] - GM[])
SD[] = sum(t,n) SN[t,n]
SNV[f] = sum(t,n) SN[t,n] * V[t,n,f]
AV[f] = SNV[f] / SD[]`;

function head(keys: number, e: number, f: number) {
  const stream = randomStream(keys, "a head");
  const drawn = (length: number) => Float64Array.from({length}, () => stream.normal());
  return {q: drawn(e), k: drawn(keys * e), v: drawn(keys * f)};
}

const run = (text: string, input: Omit<CascadeInput, "tile">, tile: number) =>
  runCascade(parseCascade(text), {...input, tile});

describe("passes over the keys", () => {
  test("are three, two and one for the published cascades, and one for linear attention", () => {
    expect(cascades.all.map(({text}) => passesOf(parseCascade(text)))).toEqual([3, 2, 1]);
    expect(passesOf(parseCascade(LINEAR))).toBe(1);
    expect(passesOf(parseCascade(LATE))).toBe(2);
  });

  test("that are counted while a cascade runs are those that its lines ask for", () => {
    const input = head(70, 4, 3);
    for (const text of [...cascades.all.map((each) => each.text), LINEAR, LATE]) {
      expect(run(text, input, 16).passes).toBe(passesOf(parseCascade(text)));
    }
  });

  test("do not begin anew for a line over tiles alone", () => {
    const placed = placeCascade(parseCascade(cascades.byId("two-pass").text));
    const at = (name: string) => placed.find(({tensor}) => tensor === name)!.place;
    expect(at("SPD")).toEqual({pass: 1, isAfter: true});
    expect(at("A")).toEqual({pass: 2, isAfter: false});
  });
});

describe.each(cascades.all)("$id", ({text}) => {
  test("gives attention, in any tile", () => {
    const input = head(53, 4, 3);
    const scores = Float64Array.from({length: 53}, (_, key) =>
      input.q.reduce((sum, q, i) => sum + q * input.k[key * 4 + i], 0),
    );
    for (const tile of [1, 7, 53, 64]) {
      const {output} = run(text, input, tile);
      expect(gap(output, defined(attentionRow(scores, input.v, 3)))).toBeLessThan(1e-13);
    }
  });

  test("gives it at both extremes", () => {
    for (const [name, row] of Object.entries(EXTREMES)) {
      if (row.scores.length === 0) continue;
      for (const tile of [1, 4, 64]) {
        const {output} = run(text, {q: Float64Array.of(1), k: row.scores, v: row.values}, tile);
        expect(gap(output, defined(row)), `${name}, tiles of ${tile}`).toBeLessThan(1e-13);
      }
    }
  });

  test("of no keys gives nothing and reads nothing", () => {
    const none = new Float64Array(0);
    expect(run(text, {q: Float64Array.of(1), k: none, v: none}, 4)).toMatchObject({
      passes: 0,
      words: 0,
      exponentials: 0,
    });
  });
});

describe("counts show", () => {
  const counted = (id: (typeof cascades.ids)[number], keys: number) =>
    run(cascades.byId(id).text, head(keys, 8, 8), 16);

  test("a footprint that grows with the keys unless there is one pass", () => {
    const grows = cascades.ids.map((id) => counted(id, 512).held - counted(id, 256).held);
    // Three passes hold scores and exponentials at once; two hold exponentials, and five numbers a tile.
    expect(grows).toEqual([2 * 256, 256 + 5 * 16, 0]);
  });

  test("keys and values that are read once, whatever the passes, since what lies between is held", () => {
    for (const id of cascades.ids) expect(counted(id, 256).words).toBe(256 * 16);
  });

  test("a division a key in three passes, a channel in one", () => {
    expect(counted("three-pass", 256).divisions).toBe(256);
    expect(counted("fusemax", 256).divisions).toBe(8);
  });

  test("one exponential a key, and one a tile for factors", () => {
    expect(counted("three-pass", 256).exponentials).toBe(256);
    expect(counted("two-pass", 256).exponentials).toBe(256 + 16);
    expect(counted("fusemax", 256).exponentials).toBe(256 + 15);
  });
});

describe("a cascade of one's own", () => {
  test("that adds a running tensor up is right with one tile as with many", () => {
    const text = "R[t,f] = R[t-1,f] + S[t,f]\n";
    const sums = `S[t,f] = sum(n) V[t,n,f]\n${text}O[f] = R[last,f]`;
    const input = head(20, 1, 2);
    const total = [0, 1].map((f) => input.v.reduce((sum, v, i) => (i % 2 === f ? sum + v : sum), 0));
    for (const tile of [3, 20]) expect(gap(run(sums, input, tile).output, total)).toBeLessThan(1e-13);
  });

  test("is refused with the line that cannot be", () => {
    expect(() => parseCascade("")).toThrow(/must hold a line/);
    expect(() => parseCascade("A[t] = sqrt(Q[e])")).toThrow(/known forms/);
    expect(() => parseCascade("A[t] = B[t]")).toThrow(/B computed above/);
    expect(() => parseCascade("A[e] = Q[e] * Q[e]\nA[e] = Q[e]")).toThrow(/a tensor of its own/);
    expect(() => parseCascade("A[] = Q[e]")).toThrow(/the same ranks/);
    expect(() => parseCascade("A[z] = Q[z]")).toThrow(/ranks t, n, e, f/);
  });

  test("is refused where a line reads the tile before of what a later pass computes", () => {
    const text = `X[t] = R[t-1] + S[t]
G[] = sum(t) X[t]
R[t] = sum(n) Y[t,n]`;
    const whole = `Z[t,n] = sum(e) K[t,n,e]
S[t] = sum(n) Z[t,n]
X[t] = R[t-1] + S[t]
G[] = sum(t) X[t]
Y[t,n] = Z[t,n] * G[]
R[t] = sum(n) Y[t,n]`;
    expect(() => parseCascade(text)).toThrow(/S computed above/);
    expect(() => placeCascade(parseCascade(whole))).toThrow(/the tile before must be of the same pass/);
  });
});
