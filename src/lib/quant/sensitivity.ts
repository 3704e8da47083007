/** Sensitivity of layers: the quality of a model with one layer changed, and with all but one changed. */

/** The damage a layer does, in the unit of the quality that is measured. */
export interface LayerSensitivity {
  readonly layer: string;
  /** Quality with only this layer changed, and how far it is from that of no layer changed. */
  readonly alone: number;
  readonly aloneChange: number;
  /** Quality with every layer but this one changed, and how far it is from that of all changed. */
  readonly spared: number;
  readonly sparedChange: number;
}

/** The whole scan. */
export interface SensitivityScan {
  /** Quality with no layer changed. */
  readonly none: number;
  /** Quality with all layers changed. */
  readonly all: number;
  /** One entry a layer, in the order given. */
  readonly layers: readonly LayerSensitivity[];
}

/** Options of a scan. */
export interface SensitivityOptions {
  /** Called with the share done, 0 .. 1. */
  readonly progress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Measures 2 n + 2 sets of changed layers, or fewer where two are the same set. `evaluate` gets the set of layers to
 * change and gives one number, such as the mean negative log-likelihood; nothing is known of it but that the
 * same set gives the same number.
 * @throws RangeError if a layer is named twice; the signal's reason if it is aborted.
 */
export async function scanSensitivity(
  layers: readonly string[],
  evaluate: (changed: ReadonlySet<string>) => number | Promise<number>,
  {progress, signal}: SensitivityOptions = {},
): Promise<SensitivityScan> {
  const twice = layers.find((layer, i) => layers.indexOf(layer) !== i);
  if (twice !== undefined) throw new RangeError(`scanSensitivity: layers must differ, got ${twice} twice`);
  const known = new Map<string, number>();
  let asked = 0;
  const measure = async (changed: readonly string[]) => {
    signal?.throwIfAborted();
    const key = JSON.stringify(changed);
    if (!known.has(key)) known.set(key, await evaluate(new Set(changed)));
    asked++;
    progress?.(asked / (2 * layers.length + 2));
    return known.get(key)!;
  };
  const none = await measure([]);
  const all = await measure(layers);
  const found: LayerSensitivity[] = [];
  for (const layer of layers) {
    const alone = await measure([layer]);
    const spared = await measure(layers.filter((other) => other !== layer));
    found.push({layer, alone, aloneChange: alone - none, spared, sparedChange: spared - all});
  }
  return {none, all, layers: found};
}
