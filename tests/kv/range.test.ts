import {readFile} from "node:fs/promises";
import {beforeAll, expect, test} from "vitest";
import {loadData} from "../../src/data/data-sets.js";
import {captureKv} from "../../src/lib/engine/cache/kv-replacement.js";
import type {PackedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";
import type {CacheSetting} from "../../src/lib/engine/cache/technique.js";
import {decoderOf} from "../../src/lib/engine/decoder/decoder-weights.js";
import {cacheSetting} from "../../src/lib/experiments/kv/cache-setting.js";
import {decoderWeights} from "../../src/lib/experiments/shared/decoders.js";
import {KV_CACHES} from "../../src/lib/kv/registry.js";
import {largest} from "../../src/lib/stats/extent.js";
import {corpusDocument} from "../../src/lib/tasks/corpus.js";
import {fedCache} from "./fed-cache.js";

/** Magnitude up to which docs/numerics.md says that every cache gives numbers back. */
const REACH = 10_000;

let setting: CacheSetting;
let captured: ReturnType<typeof captureKv>;
beforeAll(async () => {
  const weights = decoderWeights("decoder-small", await loadData(["weights/decoder-small"]));
  setting = cacheSetting(weights, await decoderOf(weights));
  const {tokens} = corpusDocument("test", 3, {context: 64, seed: 4242});
  captured = captureKv(setting.decoder, Array.from(tokens.slice(0, 48)));
});

/** The captured keys and values, the largest of each kind at `reach`. */
function upTo(reach: number): typeof captured {
  const scaled = (layers: readonly Float32Array[]) => {
    const most = largest(layers.map((layer) => largest(layer.map(Math.abs))));
    return layers.map((layer) => layer.map((x) => (x / most) * reach));
  };
  const {keys, values, rotatedKeys} = captured;
  return {...captured, keys: scaled(keys), values: scaled(values), rotatedKeys: scaled(rotatedKeys)};
}

const presets = KV_CACHES.all.flatMap((technique) =>
  technique.presets.map(({id, params}) => [id, technique, params] as const),
);

test.each(presets)("%s gives finite numbers back within the range that is stated", (_, technique, params) => {
  const {kvHeads, headDim} = setting.decoder.config;
  const {cache, bytes} = technique.open(setting, params)!();
  const fed = fedCache({...cache, bytes} as PackedKvCache, upTo(REACH), kvHeads * headDim);
  const {layers} = fed.feed(40).endPrompt().feedEach(4).contents() as unknown as {
    readonly layers: readonly {readonly keys: Float32Array; readonly values: Float32Array}[];
  };
  for (const {keys, values} of layers) {
    expect(keys.every(Number.isFinite)).toBe(true);
    expect(values.every(Number.isFinite)).toBe(true);
  }
});

test("the handbook states it", async () => {
  expect(await readFile("docs/numerics.md", "utf8")).toContain(
    `magnitudes up to ${REACH.toLocaleString("en")}`,
  );
});
