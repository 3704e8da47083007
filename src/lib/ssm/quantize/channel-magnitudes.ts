import type {MambaSite} from "../../engine/mamba/mamba-hooks.js";
import type {MambaWeights} from "../../engine/mamba/mamba-weights.js";
import type {ReadTexts} from "../scan-quantizer.js";

/** The magnitudes of the channels of a site of a layer. */
export type ChannelMagnitudes = (layer: number, site: MambaSite) => Float32Array;

/** Finds, over texts, the largest of each channel's largest, or mean, magnitude over tokens. */
export async function channelMagnitudes(
  weights: MambaWeights,
  sites: readonly MambaSite[],
  readTexts: ReadTexts,
  over: "max" | "mean",
): Promise<ChannelMagnitudes> {
  const found = new Map<string, Float32Array>();
  await readTexts(weights, {
    tensor(site, layer, x, rows) {
      if (!sites.includes(site)) return undefined;
      const columns = x.length / rows;
      const seen = new Float32Array(columns);
      for (let i = 0; i < x.length; i++) {
        const [c, magnitude] = [i % columns, Math.abs(x[i])];
        seen[c] = over === "max" ? Math.max(seen[c], magnitude) : seen[c] + magnitude / rows;
      }
      const before = found.get(`${layer} ${site}`);
      found.set(`${layer} ${site}`, before ? seen.map((value, c) => Math.max(value, before[c])) : seen);
      return undefined;
    },
  });
  return (layer, site) => found.get(`${layer} ${site}`)!;
}
