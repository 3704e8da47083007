import {CACHES} from "./caches.js";

/** Names of all caches by their ids, as controls show them: of one that only packs in a format, the format's. */
export const cacheNames = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    CACHES.all.map(({id, label, format}) => {
      const isFormatAlone = label === id || label === format?.id;
      return [id, isFormatAlone && format !== undefined ? format.title : label];
    }),
  );
