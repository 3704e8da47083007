import {existsSync, readdirSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
  type Request,
} from "playwright-core";
import {afterAll, beforeAll} from "vitest";
import {CHROMIUM_ARGS, findChromium} from "../../scripts/chromium.js";
import {type StaticServer, serveFolder} from "../../scripts/static-server.js";

const folder = "site";

/** The addresses of all built pages but those of one figure, without `.html`; the home page is the empty one. */
export function pagePaths(): string[] {
  return readdirSync(folder, {recursive: true, encoding: "utf8"})
    .filter((name) => name.endsWith(".html") && !name.startsWith("embed/"))
    .map((name) => name.replace(/(^|\/)index\.html$/, "$1").replace(/\.html$/, ""))
    .sort();
}

/** The file of a page, by its address. */
export function pageFile(path: string): string {
  return [join(folder, `${path}.html`), join(folder, path, "index.html")].find((file) => existsSync(file))!;
}

/** The one built file of `site` whose path is `path` but for the hash before its extension. */
export function builtFile(path: string): string {
  const [, stem, extension] = /^(.*)\.(\w+)$/.exec(path)!;
  const found = readdirSync(folder, {recursive: true, encoding: "utf8"}).filter(
    (name) =>
      name.startsWith(`${stem}.`) &&
      /^\w{8}\.\w+$/.test(name.slice(stem.length + 1)) &&
      name.endsWith(extension),
  );
  if (found.length !== 1) throw new Error(`${path} must have been built once, found ${found.length}`);
  return found[0];
}

/** A page, and everything it did that it should not have. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors and warnings, uncaught errors, policy reports, requests to another origin. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  /** Runs in the page before any script of its own, each time it is loaded. */
  readonly before?: () => void;
  /** Gives it storage, cookies and a network of its own, for tests that change these; else pages of a file share them. */
  readonly isApart?: boolean;
}

/** Longer than anything takes on a machine that is busy with other work, in milliseconds. */
const PATIENCE = 90_000;

/** The built site in a browser, served below a sub-path as any static host might. */
export interface Site {
  url(path: string): string;
  /** Every request that the server got, as it came: method, address and headers. */
  readonly requests: readonly string[];
  open(path: string, look?: Look): Promise<WatchedPage>;
}

/** Starts a server and a browser for the tests of a file, and ends them with it. */
export function useSite(): Site {
  let server: StaticServer;
  const requests: string[] = [];
  let browser: Browser;
  let shared: BrowserContext;
  beforeAll(async () => {
    if (!existsSync(join(folder, "index.html"))) throw new Error("there is no built site: npm run build");
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("there is no Chromium; npm test installs one");
    server = await serveFolder(folder, {base: "/some/deep/path/"});
    server.server.on("request", ({method, url, rawHeaders}) =>
      requests.push(`${method} ${url} ${rawHeaders.join(" ")}`),
    );
    browser = await chromium.launch({executablePath, args: [...CHROMIUM_ARGS]});
    shared = await newContext();
  });
  afterAll(async () => {
    await browser?.close();
    server?.server.close();
  });
  async function newContext(): Promise<BrowserContext> {
    const context = await browser.newContext({
      acceptDownloads: true,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    context.setDefaultTimeout(PATIENCE);
    return context;
  }
  const url = (path: string) => server.url + path;
  return {
    url,
    requests,
    async open(path, {width = 1280, scheme = "light", before, isApart = false} = {}) {
      const context = isApart ? await newContext() : shared;
      const page = await context.newPage();
      await page.setViewportSize({width, height: 900});
      await page.emulateMedia({colorScheme: scheme});
      if (before !== undefined) await page.addInitScript(before);
      const complaints = watch(page, new URL(server.url).origin);
      await page.goto(url(path));
      await settled(page);
      return {page, complaints, close: () => (isApart ? context : page).close()};
    },
  };
}

/** Requests of a page: those that have no answer yet, and how many there were. */
interface Traffic {
  readonly waiting: Set<Request>;
  begun: number;
}

const traffics = new WeakMap<Page, Traffic>();

/**
 * Waits until an opened page asks for nothing more and has nothing to do, three times in a row: a module that came may
 * ask for others. Sooner than the half a second without requests that the browser's driver waits for.
 */
export async function settled(page: Page): Promise<void> {
  const traffic = traffics.get(page)!;
  let begun = -1;
  for (let quiet = 0; quiet < 3; ) {
    await page.evaluate(() =>
      new Promise((resolve) => requestIdleCallback(resolve, {timeout: 200})).then(() => {}),
    );
    await page.waitForTimeout(20);
    quiet = traffic.waiting.size === 0 && traffic.begun === begun ? quiet + 1 : 0;
    begun = traffic.begun;
  }
}

function count(page: Page): void {
  const traffic: Traffic = {waiting: new Set(), begun: 0};
  traffics.set(page, traffic);
  page.on("request", (request) => {
    traffic.waiting.add(request);
    traffic.begun++;
  });
  for (const end of ["requestfinished", "requestfailed"] as const) {
    page.on(end as "requestfinished", (request) => traffic.waiting.delete(request));
  }
}

function watch(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  count(page);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const {protocol, origin: other} = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && other !== origin)
      complaints.push(`request: ${request.url()}`);
  });
  page.on("requestfailed", (request) => {
    // A page that is left or loaded anew gives up what it still waits for: that is no fault of the site.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") complaints.push(`failed: ${request.url()}`);
  });
  return complaints;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What an accessibility checker is asked: everything, or the rules that a colour scheme can break. */
export type AxeRules = "all" | "colours";

/** The text of an element; a number stays with its unit by a space that does not break, which counts as one that does. */
export async function plainText(place: Locator): Promise<string> {
  return ((await place.textContent()) ?? "").replaceAll("\u00a0", " ");
}

/** The text that the page copies where a button is pressed. */
export async function copiedText(page: Page, button: Locator): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await button.click();
  await page.waitForFunction(() => navigator.clipboard.readText());
  return page.evaluate(() => navigator.clipboard.readText());
}

/** What the accessibility checker objects to on the page as it stands, a line each. */
export async function axeViolations(page: Page, rules: AxeRules = "all"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  return page.evaluate(
    async (only) => {
      const {axe} = window as unknown as {axe: {run(root: Document, options: object): Promise<AxeResults>}};
      // What passes need not be listed, nor where it stands.
      const options = {resultTypes: ["violations"], selectors: false, preload: false, ...only};
      const {violations} = await axe.run(document, options);
      return violations.map(
        ({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 160)).join(" | ")}`,
      );
    },
    rules === "all" ? {} : {runOnly: ["color-contrast", "link-in-text-block"]},
  );
}

interface AxeResults {
  readonly violations: readonly {readonly id: string; readonly nodes: readonly {readonly html: string}[]}[];
}
