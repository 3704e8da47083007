/** Techniques of one kind by their ids. */
export interface Registry<T extends {readonly id: string}> {
  /** In the order in which pages show them. */
  readonly all: readonly T[];
  readonly ids: readonly T["id"][];
  /** @throws RangeError listing the ids there are. */
  byId(id: string): T;
}

/**
 * A registry of records: adding a technique is one line in the list.
 * @param name of the registry, as an error begins
 * @throws RangeError if two records have the same id.
 */
export function registry<const T extends {readonly id: string}>(
  name: string,
  records: readonly T[],
): Registry<T> {
  const byId = new Map<string, T>();
  for (const record of records) {
    if (byId.has(record.id)) throw new RangeError(`${name}: ids must be unique, got ${record.id} twice`);
    byId.set(record.id, record);
  }
  const ids = records.map(({id}) => id);
  return Object.freeze({
    all: records,
    ids,
    byId(id: string) {
      const found = byId.get(id);
      if (found === undefined) {
        throw new RangeError(`${name}: id must be one of ${ids.join(", ")}, got ${JSON.stringify(id)}`);
      }
      return found;
    },
  });
}
