import {execFile} from "node:child_process";
import {mkdir, mkdtemp, rename, rm, symlink, writeFile} from "node:fs/promises";
import {createConnection} from "node:net";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {promisify} from "node:util";
import {afterAll, beforeAll, expect, test} from "vitest";
import {type StaticServer, serveFolder} from "../../scripts/static-server.js";
import {randomStream} from "../../src/lib/tensor/random.js";

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

/** The status with which the server answers the bytes of a request; undefined if it closes without an answer. */
function statusOf(request: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const {hostname, port} = new URL(served.url);
    let text = "";
    const socket = createConnection(Number(port), hostname, () => socket.write(request));
    socket
      .setEncoding("latin1")
      .on("data", (part) => {
        text += part;
      })
      .on("error", reject)
      .on("close", () => resolve(/^HTTP\/1\.1 (\d{3})/.test(text) ? Number(text.slice(9, 12)) : undefined));
  });
}

const get = (target: string, method = "GET") =>
  `${method} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;

/** Targets that are no plain paths, and hundreds made of the pieces that break readers of addresses. */
function hostileTargets(): string[] {
  const pieces = [
    "/sub/",
    "/",
    "//",
    "[",
    "]",
    "..",
    "%00",
    "%",
    "%ff",
    "%2e%2e%2f",
    "\\",
    "?",
    "#",
    ":",
    "@",
    "page",
  ];
  const stream = randomStream(1, "hostile requests");
  const made = Array.from({length: 400}, () =>
    Array.from({length: 1 + stream.integer(6)}, () => pieces[stream.integer(pieces.length)]).join(""),
  );
  return ["//[", "http://[", "http://[::1", "*", "/sub/%00", "/sub/%", `/sub/${"a".repeat(5000)}`, ...made];
}

test("answers hundreds of hostile requests and goes on", async () => {
  for (const target of hostileTargets()) {
    expect([200, 400, 404], target).toContain(await statusOf(get(target)));
  }
  expect(await statusOf("\0\r\n\r\n")).toBe(400);
  expect(await statusOf(get(`/${"a".repeat(50_000)}`))).toBe(431);
  expect(await (await fetch(`${served.url}page`)).text()).toBe("page");
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("has no %s", async (method) => {
  expect(await statusOf(get("/sub/page", method))).toBe(405);
});

test.runIf(process.platform === "linux")("says that a file cannot be read", async () => {
  // Its first byte is at an address that is never mapped.
  await symlink("/proc/self/mem", join(folder, "site/unreadable.js"));
  expect(await statusOf(get("/sub/unreadable.js"))).toBe(500);
  expect(await statusOf(get("/sub/page"))).toBe(200);
});

test("waits while a build puts a new site in place of the old one", async () => {
  const [site, old] = [join(folder, "site"), join(folder, "site.old")];
  await rename(site, old);
  const answer = fetch(`${served.url}page`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await rename(old, site);
  expect(await (await answer).text()).toBe("page");
});

test.each([
  ["scripts/serve.ts", ["--zz"], /^serve: Unknown option '--zz'.*\n$/],
  [
    "scripts/serve.ts",
    ["--port", "99999"],
    /^serve: --port must be an integer from 0 to 65535, got "99999"\n$/,
  ],
  ["scripts/start.mjs", ["--zz"], /^paretoscope: start: Unknown option '--zz'.*\n$/],
])("%s %j is a wrong call, in one line", async (script, args, message) => {
  const call = ["--import", "tsx", script, ...args];
  const end = await promisify(execFile)(process.execPath, call).catch((error) => error);
  expect(end.stderr).toMatch(message);
  expect(end.code).toBe(2);
});

test.each([
  ["no site", {}, "there is no built site yet"],
  [
    "one without a policy",
    {"index.html": "<html></html>"},
    "index.html has no content policy: the site was not finished",
  ],
])("serve refuses %s", async (_, files, why) => {
  const place = await mkdtemp(join(folder, "unfinished-"));
  await mkdir(join(place, "site"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(place, "site", name), text);
  const call = ["--import", import.meta.resolve("tsx"), resolve("scripts/serve.ts")];
  const end = await promisify(execFile)(process.execPath, call, {cwd: place}).catch((error) => error);
  expect(end.stderr).toContain(why);
  expect(end.code).toBe(1);
});
