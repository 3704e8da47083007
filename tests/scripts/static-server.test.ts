import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {type StaticServer, serveFolder} from "../../scripts/static-server.js";

let folder = "";
let served: StaticServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-"));
  await mkdir(join(folder, "site/deep"), {recursive: true});
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "site/index.html"), "home");
  await writeFile(join(folder, "site/page.html"), "page");
  await writeFile(join(folder, "site/deep/index.html"), "deep");
  await writeFile(join(folder, "site/m.js"), "export {};");
  served = await serveFolder(join(folder, "site"), {base: "/sub/"});
});
afterAll(async () => {
  served.server.close();
  await rm(folder, {recursive: true});
});

test.each([
  ["", "home"],
  ["page", "page"],
  ["page.html", "page"],
  ["deep/", "deep"],
  ["page?x=1", "page"],
])("answers %j as a plain host does", async (path, text) => {
  expect(await (await fetch(served.url + path)).text()).toBe(text);
});

test.each(["missing", "%2e%2e/secret.txt", "..%2fsecret.txt", "%", "deep/../../secret.txt"])(
  "answers %j with nothing",
  async (path) => {
    expect((await fetch(served.url + path)).status).toBe(404);
  },
);

test("answers nothing outside its base, and gives modules their type", async () => {
  expect((await fetch(new URL("/page", served.url))).status).toBe(404);
  expect((await fetch(`${served.url}m.js`)).headers.get("content-type")).toContain("text/javascript");
});
