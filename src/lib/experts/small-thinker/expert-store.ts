/** Experts that are partly in memory: which are read from storage for each token, and what of that time attention hides. */

/** Experts of each layer for each token: trace[token][layer]. */
export type ExpertTrace = readonly (readonly (readonly number[])[])[];

/** Seconds of a layer's parts for one token. */
export interface LayerSeconds {
  readonly attention: number;
  /** Computing one expert that is in memory. */
  readonly expert: number;
  /** Reading one expert from storage. */
  readonly load: number;
}

/** A store of experts and when its router is done. */
export interface StoreOptions {
  /** Experts of all layers that fit the memory together. */
  readonly capacity: number;
  /** Experts of a layer. */
  readonly experts: number;
  readonly seconds: LayerSeconds;
  /** The router is done before attention: reading runs beside it. */
  readonly early: boolean;
}

/** Time of a text and what went into it. */
export interface StoreRun {
  readonly seconds: number;
  /** Experts that were in memory, and those that were read. */
  readonly hits: number;
  readonly misses: number;
  /** Time of reading that attention hid. */
  readonly hiddenSeconds: number;
}

/**
 * Runs a text through a store: one memory for the experts of all layers, the least recently used leaves first. A layer
 * takes attention + reading + experts; with an early router max(attention, reading) + experts. At the start the memory
 * holds the first experts of every layer in turn. (arXiv:2507.20984, section 3)
 * @throws RangeError if the capacity is no integer or below the experts of a layer for one token, which must be there at once,
 * or if the trace names an expert that a layer does not have.
 */
export function runStore(trace: ExpertTrace, {capacity, experts, seconds, early}: StoreOptions): StoreRun {
  if (!Number.isInteger(capacity) || capacity < 1)
    throw new RangeError(`runStore: capacity must be a positive integer, got ${capacity}`);
  const unknown = trace.flat(2).find((e) => !(Number.isInteger(e) && e >= 0 && e < experts));
  if (unknown !== undefined)
    throw new RangeError(`runStore: trace must name experts 0 to ${experts - 1}, got ${unknown}`);
  const memory = filledMemory(trace[0]?.length ?? 0, experts, capacity);
  let [total, hits, misses, hiddenSeconds] = [0, 0, 0, 0];
  for (const layers of trace) {
    for (const [layer, chosen] of layers.entries()) {
      if (chosen.length > capacity) {
        throw new RangeError(
          `runStore: capacity must be at least the ${chosen.length} experts of a token in a layer, got ${capacity}`,
        );
      }
      const missing = touch(
        memory,
        chosen.map((e) => layer * experts + e),
        capacity,
      );
      const reading = missing * seconds.load;
      const hidden = early ? Math.min(reading, seconds.attention) : 0;
      hits += chosen.length - missing;
      misses += missing;
      hiddenSeconds += hidden;
      total += seconds.attention + reading - hidden + chosen.length * seconds.expert;
    }
  }
  return {seconds: total, hits, misses, hiddenSeconds};
}

/** The first experts of every layer in turn, as many as fit; what was put in last is used last. */
function filledMemory(layers: number, experts: number, capacity: number): Set<number> {
  const count = Math.min(capacity, layers * experts);
  const places = Array.from({length: count}, (_, i) => (i % layers) * experts + Math.floor(i / layers));
  // A larger memory holds the same experts and older ones: what fits a smaller one was used later.
  return new Set(places.reverse());
}

/** Makes experts the last used ones; gives how many of them were not there. */
function touch(memory: Set<number>, keys: readonly number[], capacity: number): number {
  const missing = keys.filter((key) => !memory.has(key)).length;
  for (const key of keys) {
    memory.delete(key);
    memory.add(key);
  }
  for (const oldest of memory) {
    if (memory.size <= capacity) break;
    memory.delete(oldest);
  }
  return missing;
}
