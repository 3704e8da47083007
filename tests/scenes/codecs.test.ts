import fc from "fast-check";
import {beforeAll, describe, expect, test} from "vitest";
import {clustered} from "../../src/lib/scenes/codecs/cluster.js";
import {LADDER, type LoadedCodec} from "../../src/lib/scenes/codecs/codec.js";
import {connectivityBits} from "../../src/lib/scenes/codecs/plain.js";
import {meshCodecs} from "../../src/lib/scenes/codecs/registry.js";
import {chair} from "../../src/lib/scenes/grammar/chair.js";
import {compacted, type Mesh, rawBytes, triangleCount} from "../../src/lib/scenes/mesh.js";
import {objectOf} from "../../src/lib/scenes/objects.js";
import {COMPARING, qualityOf, referenceOf} from "../../src/lib/scenes/quality.js";
import {codeNumber, codeSigned, decoder, encoder, numberContexts} from "../../src/lib/scenes/range-coder.js";

const {mesh} = objectOf(chair, {seed: 1, number: 0, detail: 2, outside: "all", amplitude: 0.1});

/** Triangles as the sets of their corners' coordinates, whatever the order of vertices and triangles. */
function geometry({positions, triangles}: Mesh, digits: number): string[] {
  const corner = (v: number) =>
    Array.from(positions.subarray(3 * v, 3 * v + 3), (value) => Math.round(value * 10 ** digits)).join();
  return Array.from({length: triangles.length / 3}, (_, t) =>
    Array.from(triangles.subarray(3 * t, 3 * t + 3), corner)
      .sort()
      .join(" "),
  ).sort();
}

test("numbers come back from the arithmetic coder, whatever they are", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: -(2 ** 30), max: 2 ** 30})), (values) => {
      const [writer, kind] = [encoder(), numberContexts()];
      for (const value of values) {
        codeSigned(writer, kind, value);
        codeNumber(writer, kind, Math.abs(value));
      }
      const [reader, other] = [decoder(writer.finish()), numberContexts()];
      for (const value of values) {
        expect(codeSigned(reader, other, 0) + 0).toBe(value + 0);
        expect(codeNumber(reader, other, 0)).toBe(Math.abs(value));
      }
    }),
  );
});

test("numbers of little information take few bytes", () => {
  const [writer, kind] = [encoder(), numberContexts()];
  for (let i = 0; i < 4000; i++) codeSigned(writer, kind, i % 4);
  expect(writer.finish().length).toBeLessThan(1.1 * (4000 / 4));
});

describe.each(meshCodecs.all.map((codec) => [codec.id, codec] as const))("%s", (_, codec) => {
  let loaded: LoadedCodec;
  beforeAll(async () => {
    loaded = await codec.load();
  });

  test("keeps every triangle, its corners on the grid", () => {
    const back = loaded.decode(loaded.encode(mesh, {bits: 16, keep: 1}));
    expect(triangleCount(back)).toBe(triangleCount(mesh));
    const own = Array.from({length: mesh.positions.length}, (_, i) => mesh.positions[i]);
    const step = 1 / (2 ** 16 - 1);
    expect(qualityOf(referenceOf(mesh, {...COMPARING, points: 500}), back).silhouetteIou).toBeGreaterThan(
      0.999,
    );
    expect(Math.max(...back.positions) - Math.max(...own)).toBeLessThan(step);
  });

  test("takes fewer bytes and less of the shape with each step of the ladder", () => {
    const reference = referenceOf(mesh, {...COMPARING, points: 2000});
    const files = LADDER.map((setting) => loaded.encode(mesh, setting));
    for (const [i, file] of files.slice(1).entries()) expect(file.length).toBeLessThan(files[i].length);
    expect(files[0].length).toBeLessThan(rawBytes(mesh) / 3);
    const [most, least] = [files[0], files[4]].map((file) => qualityOf(reference, loaded.decode(file)));
    expect(least.chamfer).toBeGreaterThan(1.1 * most.chamfer);
    expect(least.silhouetteIou).toBeLessThan(most.silhouetteIou);
  });

  test("gives the same bytes for the same mesh", () => {
    const setting = {bits: 10, keep: 0.3};
    expect(loaded.encode(mesh, setting)).toEqual(loaded.encode(mesh, setting));
  });
});

test("the plain codec is exact on its grid", async () => {
  const [plain] = await Promise.all([meshCodecs.byId("plain").load()]);
  const once = plain.decode(plain.encode(mesh, {bits: 12, keep: 1}));
  const twice = plain.decode(plain.encode(once, {bits: 12, keep: 1}));
  expect(geometry(twice, 4)).toEqual(geometry(once, 4));
});

test("clustering merges what is in one cell, and leaves no triangle twice", () => {
  const merged = clustered(mesh, 6);
  expect(triangleCount(merged)).toBeLessThan(triangleCount(mesh) / 3);
  const corners = geometry(merged, 6);
  expect(new Set(corners).size).toBe(corners.length);
  expect(compacted(merged)).toEqual(merged);
});

test("connectivity costs more than Edgebreaker's bound of two bits a triangle, without its prediction", () => {
  expect(connectivityBits(mesh)).toBeGreaterThan(2);
  expect(connectivityBits(mesh)).toBeLessThan(32);
});
