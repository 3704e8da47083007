import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {
  additionsPerWeight,
  fixedLogits,
  logitIntegers,
  placed,
  replayedLogits,
} from "../../src/lib/arithmetic/picture-net/fixed-net.js";
import {
  levelClassifier,
  plainProduct,
  shiftedProduct,
} from "../../src/lib/arithmetic/picture-net/level-net.js";
import {NET_WEIGHTS, namedClass} from "../../src/lib/arithmetic/picture-net/net-shape.js";
import {
  FIXED_RUNS,
  fixedNetOf,
  LEVEL_RUNS,
  levelNetOf,
  levelPath,
  PICTURE_NETS,
  smallPictures,
  TRAINED_SEEDS,
  unroundedNet,
} from "../../src/lib/experiments/arithmetic/picture-nets.js";
import {largest} from "../../src/lib/stats/extent.js";
import {PICTURE_CLASSES} from "../../src/lib/tasks/pictures/picture-classes.js";

interface Expected {
  readonly right: number;
  readonly logits: readonly (readonly number[])[];
  readonly firstPoints?: readonly number[];
}
const {nets} = JSON.parse(readFileSync("src/data/picture-nets/expected.json", "utf8")) as {
  nets: Record<string, Expected>;
};
const tensors = (await loadData([PICTURE_NETS])).get(PICTURE_NETS)!;
const pictures = smallPictures("test", 6);

test("networks of levels have the logits that PyTorch found", () => {
  for (const run of LEVEL_RUNS) {
    const logits = levelClassifier(levelNetOf(tensors, run, 1), plainProduct);
    nets[levelPath(run, 1)].logits.forEach((expected, i) => {
      const own = logits(pictures[i].pixels);
      const most = largest(expected.map(Math.abs));
      expect(largest(own.map((value, c) => Math.abs(value - expected[c])))).toBeLessThan(1e-4 * most);
    });
  }
});

test("additions to exponents give the logits of plain products, bit for bit", () => {
  for (const run of LEVEL_RUNS.filter(({way}) => way.includes("shift"))) {
    const net = levelNetOf(tensors, run, 2);
    const [moved, plain] = [shiftedProduct, plainProduct].map((product) => levelClassifier(net, product));
    for (const {pixels} of pictures.slice(0, 2)) expect(moved(pixels)).toEqual(plain(pixels));
  }
  const integers = levelNetOf(tensors, LEVEL_RUNS.find(({way, bits}) => way === "int" && bits === 4)!, 1);
  expect(() => levelClassifier(integers, shiftedProduct)).toThrow("levels must be powers of two");
});

test("networks in fixed point are simulated as PyTorch found, and replayed in whole numbers, bit for bit", () => {
  for (const run of FIXED_RUNS) {
    const net = fixedNetOf(tensors, run, 3);
    const {logits} = nets[`fixed/${run.way}/${run.word}/${run.terms}/3`];
    pictures.slice(0, 2).forEach(({pixels}, i) => {
      const simulated = fixedLogits(net, pixels);
      expect([...simulated]).toEqual(logits[i]);
      if (i === 0) expect(replayedLogits(net, pixels)).toEqual(logitIntegers(net, simulated));
    });
  }
});

test("other rules of rounding and overflow are replayed in whole numbers, too", () => {
  const net = fixedNetOf(tensors, {way: "trained", word: 6, terms: 0}, 1);
  for (const rounding of ["truncate", "convergent"] as const) {
    const other = {...net, rounding, overflow: "wrap"} as const;
    const simulated = fixedLogits(other, pictures[2].pixels);
    expect(replayedLogits(other, pictures[2].pixels)).toEqual(logitIntegers(other, simulated));
  }
});

test("points that are placed after training are those of the training's start", () => {
  const calibration = smallPictures("train", 512).map(({pixels}) => pixels);
  const net = placed(unroundedNet(tensors, 8, 1), calibration);
  expect(net.points).toEqual(nets["fixed/chosen/8/0/1"].firstPoints);
});

test("a weight of few powers of two takes as many additions at most", () => {
  const net = fixedNetOf(tensors, {way: "trained", word: 8, terms: 0}, 1);
  const found = [1, 2, 3, 0].map((terms) => additionsPerWeight({...net, terms}));
  expect(found).toEqual(found.toSorted((a, b) => a - b));
  expect(found[0]).toBeLessThanOrEqual(1);
});

test("every network of the card is there, three times", () => {
  expect(Object.keys(nets).length).toBe(TRAINED_SEEDS.length * (LEVEL_RUNS.length + FIXED_RUNS.length));
  expect(tensors.get("float/0/0.001/1/levels")!.data.length).toBe(NET_WEIGHTS);
  expect(PICTURE_CLASSES.length).toBe(10);
  expect(namedClass([0, 3, 3, 1])).toBe(1);
});
