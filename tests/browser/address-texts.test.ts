import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

const SECRET = "zanzibar7";
const CONFIG = JSON.stringify({
  _name_or_path: `/home/${SECRET}-path/model`,
  model_type: "llama",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  vocab_size: 128256,
  remark: SECRET,
});

/** What of a text the server heard: neither it nor its compressed form. */
const heard = (fragment: string) =>
  site.requests.filter((request) => request.includes(SECRET) || request.includes(fragment.slice(7, 60)));

test("a configuration of the reader's own never reaches the server: dropped, loaded again, opened by a link", async () => {
  const path = "kv/how-long-a-context";
  const {page, complaints, close} = await site.open(path);
  const bench = page.locator("[data-experiment='kv/context']").last();
  const file = {name: "config.json", mimeType: "application/json", buffer: Buffer.from(CONFIG)};
  await bench.getByLabel("config.json of your own, from a file").setInputFiles(file);
  await bench.locator(".status[data-state=live]").waitFor();
  await page.waitForFunction(() => location.hash.startsWith("#texts="));
  const address = new URL(page.url());
  expect(address.search).not.toContain("config");
  expect(address.href).not.toContain(SECRET);
  // Leaving ends what still loads, which is no complaint.
  expect(complaints).toEqual([]);

  await page.reload();
  await bench.locator(".status[data-state=live]").waitFor();
  const box = bench.getByLabel("config.json of your own", {exact: true});
  const reopened = await box.inputValue();
  expect(reopened).toContain(`"remark":"${SECRET}"`);
  expect(reopened).not.toContain("/home/");

  await page
    .locator('nav a[href$="about"]')
    .first()
    .evaluate((a) => (a as HTMLElement).click());
  await page.waitForURL(/about/);
  await page.goto(address.href);
  await bench.locator(".status[data-state=live]").waitFor();
  expect(heard(address.hash)).toEqual([]);
  expect(site.requests.length).toBeGreaterThan(10);
  // A module that loads another says so; no page does.
  const referrers = site.requests.flatMap((request) => /Referer (\S+)/i.exec(request)?.[1] ?? []);
  expect(referrers.filter((address) => !/\/_(import|node|observablehq)\//.test(address))).toEqual([]);
  await close();
});

test("a text that is too long for the address stays in the page, which says so", async () => {
  const {page, close} = await site.open("kv/how-long-a-context");
  const bench = page.locator("[data-experiment='kv/context']").last();
  const noise = Array.from({length: 12_000}, (_, i) => ((i * 2_654_435_761) % 65_536).toString(36)).join("");
  const config = JSON.stringify({...JSON.parse(CONFIG), noise});
  await bench.getByLabel("config.json of your own", {exact: true}).fill(config);
  await bench.getByText("too long to stand in the address").waitFor();
  await bench.locator(".status[data-state=live]").waitFor();
  await expect.poll(() => new URL(page.url()).hash).toBe("");
  await close();
});

test("a spoilt fragment is left out with a sentence", async () => {
  const {page, close} = await site.open("kv/how-long-a-context#texts=abcd");
  await page.getByText("The text at the end of the address is cut or spoilt").first().waitFor();
  await close();
});
