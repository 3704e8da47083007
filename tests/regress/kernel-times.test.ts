import {readFileSync} from "node:fs";
import {expect, test} from "vitest";
import {loadTensors} from "../../src/data/data-sets.js";
import {kernelTimes} from "../../src/lib/regress/kernels/kernel-task.js";
import {sortedQuantile} from "../../src/lib/stats/quantile.js";

test("the card of the measured times gives their number, machine and noise", async () => {
  const path = "src/data/measured/kernel-times.safetensors";
  const card = readFileSync("src/data/measured/README.md", "utf8").replace(/\s+/g, " ");
  const tensors = await loadTensors(path);
  const times = kernelTimes(tensors);
  const [spread, micros] = [
    times.map(({interquartile, microseconds}) => interquartile / microseconds),
    times.map(({microseconds}) => microseconds),
  ].map((values) => Float64Array.from(values).sort());
  const percent = (p: number) => `${(100 * sortedQuantile(spread, p)).toFixed(1)} %`;
  const {machine, repetitions} = JSON.parse(
    /"__metadata__":(\{[^}]*\})/.exec(readFileSync(path, "latin1").slice(0, 2000))![1],
  );
  for (const piece of [
    `${(tensors.get("kernel")?.data.length ?? 0).toLocaleString("en")} shapes`,
    `median of ${repetitions} repetitions`,
    `**Machine**: ${machine},`,
    `so ${times.length} count`,
    `${percent(0.5)} of the time at the median and ${percent(0.9)} at the ninth decile`,
    `${micros[0].toFixed(2)} µs to ${(micros[micros.length - 1] / 1e3).toFixed(0)} ms, median ${sortedQuantile(micros, 0.5).toFixed(0)} µs`,
  ])
    expect(card).toContain(piece);
});
