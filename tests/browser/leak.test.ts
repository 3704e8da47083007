import {readdirSync, readFileSync} from "node:fs";
import {createServer, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {afterAll, beforeAll, expect, test} from "vitest";
import {waysOut} from "../../scripts/finish-scripts.js";
import {builtFile, useSite} from "./site.js";

const site = useSite();
let elsewhere: Server;
const received: string[] = [];

/** Another origin that takes whatever it is sent. */
beforeAll(async () => {
  elsewhere = createServer((request, response) => {
    received.push(request.url ?? "");
    response.writeHead(200, {"access-control-allow-origin": "*"}).end("thanks");
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
afterAll(() => elsewhere?.close());

const target = () => `http://localhost:${(elsewhere.address() as AddressInfo).port}/stolen`;

test("the page cannot send anything to another origin", async () => {
  const {page, close} = await site.open("");
  const outcome = await page.evaluate(
    (url) =>
      fetch(url).then(
        () => "sent",
        (error: Error) => error.name,
      ),
    target(),
  );
  expect(outcome).toBe("TypeError");
  expect(received).toEqual([]);
  await close();
});

test("a worker started the way the site starts its own cannot either", async () => {
  const {page, close} = await site.open("");
  const outcome = await page.evaluate(async (url) => {
    const code = `fetch(${JSON.stringify(url)}).then(() => postMessage("sent"), (error) => postMessage(error.name))`;
    const address = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
    const worker = new Worker(address, {type: "module"});
    return new Promise<string>((resolve) => {
      worker.onmessage = ({data}) => resolve(String(data));
    });
  }, target());
  expect(outcome).toBe("TypeError");
  expect(received).toEqual([]);
  await close();
});

test("the site's own worker refuses to fetch a file from another origin", async () => {
  const {page, close} = await site.open("");
  const module = site.url(builtFile("_import/components/kit/runs/worker-run.js"));
  const request = {
    kind: "run",
    id: "formats/bits-error",
    params: {},
    data: {"weights/decoder-small": {file: target()}},
  };
  // As text, since the test runner rewrites an import that it sees.
  const outcome = await page.evaluate(`(async () => {
    const {askWorker} = await import(${JSON.stringify(module)});
    return askWorker(${JSON.stringify(request)}).then(() => "sent", (error) => error.message);
  })()`);
  expect(outcome).toBe("Failed to fetch");
  expect(received).toEqual([]);
  await close();
});

test("a worker has neither peer connections nor a way to navigate: no policy would bind those", async () => {
  const {page, close} = await site.open("");
  const found = await page.evaluate(async () => {
    const names = ["RTCPeerConnection", "open", "document", "navigation"];
    const code = `postMessage(${JSON.stringify(names)}.filter((name) => name in self))`;
    const address = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
    const worker = new Worker(address, {type: "module"});
    return new Promise<unknown>((resolve) => {
      worker.onmessage = ({data}) => resolve(data);
    });
  });
  expect(found).toEqual([]);
  await close();
});

test("no built script or page holds a peer connection or opens an address that it makes", () => {
  const files = readdirSync("site", {recursive: true, encoding: "utf8"}).filter((name) =>
    /\.(js|html)$/.test(name),
  );
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((name) =>
    waysOut(readFileSync(join("site", name), "utf8")).map((way) => `${name}: ${way}`),
  );
  expect(found).toEqual([]);
});

test("the page on which a file can be opened says so in two sentences", async () => {
  const {page, close} = await site.open("models/your-checkpoint");
  const text = await page.locator(".own-file .help").first().textContent();
  expect(text).toContain("read by a worker of this page alone");
  expect(text).toContain("its script holds no way to send them elsewhere");
  await close();
});

test("the other origin would have heard it: without the policy the same request arrives", async () => {
  await fetch(target());
  expect(received).toEqual(["/stolen"]);
});
