import {expect, test} from "vitest";
import {useSite} from "./site.js";

const site = useSite();
const page = "kv/sharing-across-layers";

test("two layers turned apart lose what they shared, and a second component brings it back", async () => {
  const {page: at, complaints, close} = await site.open(`${page}?hand.turned=90`);
  const hand = at.getByRole("region", {name: "Two layers by hand"});
  expect(await hand.locator(".block-facts").textContent()).toContain("50 % of the squared length lost");
  await hand.getByLabel("Rank", {exact: true}).first().fill("2");
  await expect.poll(() => hand.locator(".block-facts").textContent()).toContain("nothing lost");
  expect(new URL(at.url()).searchParams.get("hand.rank")).toBe("2");
  expect(complaints).toEqual([]);
  await close();
});

test("a rank is moved over all groups without another run", async () => {
  const {page: at, close} = await site.open(`${page}?spectra.model=decoder-large`);
  const spectra = at.locator("[data-experiment='kv/spectra']:not(.answer)");
  const cut = spectra.getByRole("region", {name: "Groups and ranks"});
  await cut.getByLabel("Layers of a group").selectOption("2");
  await expect.poll(() => cut.locator(".spectrum").count()).toBe(4);
  await cut.getByLabel("Rank for each layer").first().fill("16");
  await expect.poll(() => cut.locator(".map-title").first().textContent()).toContain("by 32 of 128");
  await expect.poll(() => spectra.locator(".status").getAttribute("data-state")).toBe("shipped");
  await close();
});

test("a text of the reader's is attended to with shared keys in the browser", async () => {
  const {page: at, complaints, close} = await site.open(page);
  const attention = at.locator("[data-experiment='kv/shared-attention']:not(.answer)");
  await at.getByText("A text of yours").click();
  await attention.getByLabel("Text", {exact: true}).fill("fact wolf silver candle . query wolf");
  await attention.locator(".status[data-state=live]").waitFor();
  await expect.poll(() => attention.locator("table.heat tbody th").allTextContents()).toContain("silver");
  await expect.poll(() => attention.locator(".map").count()).toBe(3);
  expect(complaints).toEqual([]);
  await close();
});
