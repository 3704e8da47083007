import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {timeless, waysOut, withoutNode, withoutOpeners} from "../../scripts/finish-scripts.js";

describe("a built script", () => {
  test("holds no times of files, in either spelling", () => {
    const at = (time: number) =>
      `registerFile("./a", {"path":"./a.1.arrow","lastModified":${time},"size":3}); f({lastModified: ${time}})`;
    expect(timeless(at(1795996026107))).toBe(timeless(at(1700000000000)));
    expect(timeless(at(1795996026107))).toBe(at(0));
  });

  test.each([
    ["new RTCPeerConnection({iceServers})", "RTCPeerConnection"],
    ["new WebTransport(address)", "WebTransport"],
    ["window.open(address)", "window.open"],
    ["location=address", "location="],
    ["document.location.href = address", "location.href ="],
    ["location.assign(address)", "location.assign"],
    ["window.location.replace(address)", "location.replace"],
    ["form.submit()", ".submit("],
  ])("is searched for ways out: %s", (script, way) => {
    expect(waysOut(script)).toEqual([way]);
  });

  test("lets a queue of a graphics processor take its commands", () => {
    expect(waysOut("device.queue.submit([commands])")).toEqual([]);
  });

  test.each(["location.href", "if (location.href === x) y", "const place = location.hash", "allocation=3"])(
    "may read where it is: %s",
    (script) => {
      expect(waysOut(script)).toEqual([]);
    },
  );

  test("is left without calls that open an address, and still runs", () => {
    const script =
      'var opened=window.open(address,"_blank");function old(a){document.location.href="data:"+a}old(1);opened';
    const mended = withoutOpeners(script);
    expect(waysOut(mended)).toEqual([]);
    // biome-ignore lint/security/noGlobalEval: it is this test's own text
    expect(`${globalThis.eval(`var address="x";${mended}`)}`).toBe("null");
  });

  test("asks for no module of Node, which a browser would refuse, and keeps the rest", () => {
    const script =
      'import*as zo from"node:fs";import a from"./a.js";import * as p from "node:fs/promises";f(zo,p)';
    expect(withoutNode(script)).toBe('const zo={};import a from"./a.js";const p={};f(zo,p)');
  });
});

test("no module of a page has a way out", async () => {
  for (const folder of ["src/components", "src/lib"]) {
    for (const name of await readdir(folder, {recursive: true})) {
      if (name.endsWith(".ts")) expect(waysOut(await readFile(join(folder, name), "utf8")), name).toEqual([]);
    }
  }
});
