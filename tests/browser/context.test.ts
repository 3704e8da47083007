import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();

const CONFIG = {
  model_type: "llama",
  hidden_size: 2048,
  intermediate_size: 8192,
  num_attention_heads: 32,
  num_hidden_layers: 16,
  num_key_value_heads: 8,
  head_dim: 64,
  vocab_size: 128256,
  tie_word_embeddings: true,
};

test("a configuration dropped on the page is calculated there, and one that is wrong is named", async () => {
  const {page, complaints, close} = await site.open("kv/how-long-a-context");
  const bench = page.locator("[data-experiment='kv/context']:not(.answer)");
  const plain = bench.locator("table.changes tbody tr").filter({hasText: "as the model computes it"});
  const bytesPerToken = async () => (await plain.locator("td").nth(1).textContent())!.replace(/\s/g, "");
  await expect.poll(bytesPerToken).toBe("131072");
  const box = bench.getByLabel("config.json of your own", {exact: true});
  await box.fill(JSON.stringify(CONFIG));
  await bench.locator(".status[data-state=live]").waitFor();
  await expect.poll(bytesPerToken).toBe("32768");
  await box.fill(JSON.stringify({...CONFIG, num_hidden_layers: 1e12}));
  await bench.locator(".status[data-state=failed]").waitFor();
  await expect
    .poll(() => bench.locator(".status").textContent())
    .toContain("config.json: num_hidden_layers must be at most 4096, got 1000000000000");
  expect(complaints).toEqual([]);
  await close();
});

test("a model of latents says which techniques have no formula for it", async () => {
  const {page, close} = await site.open("kv/how-long-a-context?model=deepseek-v2-lite&weights=none");
  const bench = page.locator("[data-experiment='kv/context']:not(.answer)");
  await bench.locator(".status[data-state=live]").waitFor();
  const rows = bench.locator("table.changes tbody tr");
  expect(await rows.filter({hasText: "KIVI-2"}).textContent()).toContain("must have keys and values");
  expect(await rows.filter({hasText: "without latents"}).count()).toBe(1);
  await close();
});
