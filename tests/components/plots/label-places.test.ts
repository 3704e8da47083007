import fc from "fast-check";
import {expect, test} from "vitest";
import type {ChartSpec, Point, Series} from "../../../src/components/plots/chart/chart-spec.js";
import {placeLabels} from "../../../src/components/plots/places/label-places.js";

const same = (value: number) => value;
const room = {left: 0, right: 1000};
const point = (key: string, x: number, y: number, label = key): Point => ({key, label, x, y});
const marks = (points: readonly Point[], more: Partial<Series> = {}): Series => ({
  name: "marks",
  family: "mx",
  provenance: "measured",
  points,
  ...more,
});
const chart = (series: readonly Series[], labelled: readonly string[]): ChartSpec => ({
  question: "Which?",
  finding: "This.",
  x: {label: "x"},
  y: {label: "y"},
  series,
  labelled: new Set(labelled),
});
const place = (spec: ChartSpec, within = room) => placeLabels(spec, same, same, within);

test("a label with all the room stands to the right of its mark", () => {
  expect(place(chart([marks([point("a", 100, 100)])], ["a"]))).toMatchObject([
    {text: "a", place: "middle right"},
  ]);
});

test("a label gives way to a neighbouring mark and to the end of the room", () => {
  const [first] = place(chart([marks([point("a", 100, 100), point("b", 115, 100)])], ["a"]));
  expect(first.place).toBe("top left");
  const [last] = place(chart([marks([point("a", 995, 100)])], ["a"]));
  expect(last.place).toMatch(/left/);
});

test("a label does not stand on the step of a front while another place is free", () => {
  const points = [point("a", 100, 100), point("b", 300, 50)];
  const front = marks(points, {join: "front", family: "baseline"});
  expect(place(chart([front, marks(points)], ["a"]))).toMatchObject([{place: "top left"}]);
});

test("a sloping line counts as taken where it runs, not in its whole frame", () => {
  const line = marks([point("from", 0, 0), point("to", 1000, 200)], {join: "guide", name: ""});
  const [beside] = place(chart([line, marks([point("a", 500, 100)])], ["a"]));
  expect(beside.place).toBe("top left");
  const [away] = place(chart([line, marks([point("a", 300, 700)])], ["a"])).slice(-1);
  expect(away.place).toBe("middle right");
});

test("the order of the wish decides who keeps its label in a crowd", () => {
  const crowd = Array.from({length: 20}, (_, i) => point(`k${i}`, 100, 100, `a long label ${i}`));
  const keys = crowd.map(({key}) => key);
  expect(place(chart([marks(crowd)], keys))[0].point.key).toBe("k0");
  expect(place(chart([marks(crowd)], [...keys].reverse()))[0].point.key).toBe("k19");
});

test("no label leaves the room, covers another or covers a mark that is not its own", () => {
  const places = fc.array(fc.tuple(fc.integer({min: 0, max: 400}), fc.integer({min: 0, max: 200})), {
    maxLength: 25,
  });
  fc.assert(
    fc.property(places, (pairs) => {
      const points = pairs.map(([x, y], i) => point(`${i}`, x, y, `format ${i}`));
      const within = {left: 20, right: 420};
      const boxes = place(
        chart(
          [marks(points)],
          points.map(({key}) => key),
        ),
        within,
      ).map(({point, text, dx, dy}) => {
        const width = text.length * 6.8;
        const left = point.x + dx - (dx < 0 ? width : 0);
        return {point, left, right: left + width, y: point.y + dy};
      });
      for (const [i, box] of boxes.entries()) {
        expect(box.left).toBeGreaterThanOrEqual(within.left);
        expect(box.right).toBeLessThanOrEqual(within.right);
        for (const other of boxes.slice(i + 1)) {
          const apart = box.right <= other.left || other.right <= box.left || Math.abs(box.y - other.y) >= 13;
          expect(apart).toBe(true);
        }
        for (const mark of points) {
          const own = mark.x === box.point.x && mark.y === box.point.y;
          const inside = mark.x > box.left && mark.x < box.right && Math.abs(mark.y - box.y) < 6;
          expect(own || !inside).toBe(true);
        }
      }
    }),
    {seed: 4},
  );
});

test("in a crowd that has no room around it, names stand away at the end of leaders that cross no name", () => {
  const crowd = Array.from({length: 9}, (_, i) => point(`format-${i}`, 200 + 4 * i, 200));
  const placed = place(
    chart(
      [marks(crowd)],
      crowd.map(({key}) => key),
    ),
    {left: 0, right: 400},
  );
  const away = placed.filter(({place}) => place === "away");
  expect(away.length).toBeGreaterThan(0);
  for (const {
    point: {x, y},
    dx,
    dy,
  } of away)
    for (const other of placed) {
      const left = other.point.x + other.dx - (other.dx < 0 ? 6.8 * other.text.length : 0);
      const isCrossed = [0.2, 0.4, 0.6, 0.8].some((part) => {
        const [px, py] = [x + part * dx, y + part * dy];
        const inside = px > left && px < left + 6.8 * other.text.length;
        return inside && Math.abs(py - other.point.y - other.dy) < 6.5;
      });
      expect(isCrossed).toBe(false);
    }
});

const line = (name: string, ys: readonly number[]): Series =>
  marks(
    ys.map((y, i) => point(`${name} ${i}`, 100 + 200 * i, y)),
    {join: "line", name},
  );

test("lines that end in one point are named where they are farthest apart, others at their ends", () => {
  const placed = place(chart([line("upper", [100, 200, 298]), line("lower", [400, 350, 300])], []));
  expect(placed.map(({text, point}) => [text, point.key])).toEqual([
    ["upper", "upper 0"],
    ["lower", "lower 0"],
  ]);
  const ends = place(chart([line("upper", [100, 100, 100]), line("lower", [110, 300, 400])], []));
  expect(ends.map(({point}) => point.key)).toEqual(["upper 2", "lower 2"]);
});

test("a line whose end has no room is named at another of its points, and so is a line to compare with", () => {
  const crowded = Array.from({length: 1600}, (_, i) =>
    point(`m${i}`, 330 + 10 * (i % 40), 10 * Math.floor(i / 40)),
  );
  for (const join of ["line", "guide"] as const) {
    const named = {...line("level", [200, 200, 200]), join};
    const [placed] = place(chart([named, marks(crowded)], []));
    expect([placed.text, placed.point.key]).toEqual(["level", "level 0"]);
  }
});

test("the name of a line goes to another of its points before it stands on a line", () => {
  const line = (name: string, ys: readonly number[]) =>
    marks(
      ys.map((y, i) => point(`${name}${i}`, 100 + 200 * i, y, name)),
      {name, join: "line"},
    );
  // At its end the first line is crossed from both sides; before, it has room.
  const lines = [line("first", [100, 100, 100]), line("down", [20, 20, 112]), line("up", [200, 200, 88])];
  const named = place(chart(lines, []), {left: 0, right: 520}).find(({text}) => text === "first");
  expect(named?.point.x).toBeLessThan(500);
  expect(named?.place).toMatch(/^(top|bottom)/);
});
