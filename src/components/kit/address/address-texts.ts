import {withoutPaths} from "../text/without-paths.js";

/**
 * Texts of a page's reader, compressed in the fragment of its address. A fragment is never sent: no request for the page
 * and no `Referer` holds it, so a pasted configuration stays on this machine when the page is loaded again.
 */

/** Begins the fragment; anchors of a page begin otherwise. */
const KEY = "#texts=";

/** Characters of the longest fragment that is written: longer ones break in mail and chat. */
export const MOST_FRAGMENT = 16_384;

/** Bytes that a fragment may unpack to: a short one can hold a gigabyte of zeros. */
const MOST_BYTES = 2 ** 20;

/** Texts of an address by the names of their parameters, and a sentence if the fragment is spoilt. */
export interface AddressTexts {
  readonly texts: ReadonlyMap<string, string>;
  readonly problem: string | null;
}

/** The texts that a fragment holds; none if it is an anchor. */
export async function textsOf(hash: string): Promise<AddressTexts> {
  if (!hash.startsWith(KEY)) return {texts: new Map(), problem: null};
  try {
    const entries: unknown = JSON.parse(await inflated(bytesOf(hash.slice(KEY.length))));
    const isList = Array.isArray(entries) && entries.every(isEntry);
    if (!isList) throw new TypeError("textsOf: entries must be pairs of texts");
    return {texts: new Map(entries), problem: null};
  } catch {
    return {
      texts: new Map(),
      problem: "The text at the end of the address is cut or spoilt; it is left out.",
    };
  }
}

const isEntry = (entry: unknown): entry is [string, string] =>
  Array.isArray(entry) && entry.length === 2 && entry.every((text) => typeof text === "string");

/** The fragment that holds these texts, empty without any; null if it would be longer than {@link MOST_FRAGMENT}. */
export async function fragmentOf(texts: ReadonlyMap<string, string>): Promise<string | null> {
  if (texts.size === 0) return "";
  const packed = await deflated(JSON.stringify([...texts]));
  const fragment = KEY + textOf(packed);
  return fragment.length > MOST_FRAGMENT ? null : fragment;
}

async function deflated(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @throws RangeError if there is more than {@link MOST_BYTES}; TypeError if the bytes are no deflated text. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.pipeThrough(new TextDecoderStream("utf-8", {fatal: true})).getReader();
  let text = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length <= MOST_BYTES) continue;
    await reader.cancel();
    throw new RangeError(`inflated: text must be at most ${MOST_BYTES} characters, got more`);
  }
  return text;
}

/** Bytes in the 64 characters that need no escape in an address. */
function textOf(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const opened = await textsOf(globalThis.location?.hash ?? "");

/** A sentence if the fragment with which the page was opened is spoilt. */
export const openedProblem: string | null = opened.problem;

const current = new Map(opened.texts);

/** The texts of the address as it is, or is about to be. */
export const addressTexts: ReadonlyMap<string, string> = current;

/** Sentence for a reader whose text is too long for the address. */
const TOO_LONG = "This text is too long to stand in the address: a link opens the page without it.";

const watchers = new Set<(sentence: string | null) => void>();

/** Tells, now and whenever it changes, whether the texts are too long for the address. */
export function watchAddressLength(told: (sentence: string | null) => void): void {
  watchers.add(told);
}

/** Puts a text into the fragment of the page's address, without paths in it, or with undefined takes it out. */
export function rememberText(name: string, given: string | undefined): void {
  const text = given && withoutPaths(given);
  if (current.get(name) === text) return;
  if (text === undefined) current.delete(name);
  else current.set(name, text);
  void writeFragment();
}

/** The last fragment that this page wrote. */
let written = globalThis.location?.hash ?? "";
let writing = 0;

async function writeFragment(): Promise<void> {
  writing += 1;
  const mine = writing;
  const fragment = await fragmentOf(current);
  if (mine !== writing) return;
  for (const told of watchers) told(fragment === null ? TOO_LONG : null);
  const own = fragment ?? "";
  // An anchor that a reader followed stays where no text takes its place.
  if (own === "" && !location.hash.startsWith(KEY)) return;
  written = own;
  history.replaceState(history.state, "", `${location.pathname}${location.search}${own}`);
}

/** The fragment of the address if it holds texts, for links to other settings of the page. */
export const textsFragment = (): string => (location.hash.startsWith(KEY) ? location.hash : "");

// A link to the page that is open changes the fragment alone: what it holds is shown by opening the page anew.
globalThis.addEventListener?.("hashchange", () => {
  if (location.hash.startsWith(KEY) && location.hash !== written) location.reload();
});
