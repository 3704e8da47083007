/** The import of a generated kernel: memory `memory` of `env`, without a largest size, and not shared. */
const NAME = [0x03, ...codesOf("env"), 0x06, ...codesOf("memory"), 0x02];
const OWN = [0x00, 0x00];
/** Shared, from 0 pages to 65,536. */
const SHARED = [0x03, 0x00, 0x80, 0x80, 0x04];
/** The bytes of the header of the file, which the section of types follows. */
const HEADER = 8;

function codesOf(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * A generated kernel as a module over memory that threads share: the same code, another import.
 * @throws RangeError if it does not begin as the kernels do.
 */
export function sharedModule(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = endOfSection(module, HEADER);
  const [section, length] = [module[at], module[at + 1]];
  const wanted = [0x01, ...NAME, ...OWN];
  if (section !== 2 || length !== wanted.length || wanted.some((byte, i) => module[at + 2 + i] !== byte)) {
    throw new RangeError("sharedModule: module must import its memory alone, behind its types");
  }
  const imports = Uint8Array.of(0x01, ...NAME, ...SHARED);
  const behind = module.subarray(at + 2 + length);
  const made = new Uint8Array(at + 2 + imports.length + behind.length);
  made.set(module.subarray(0, at));
  made.set([2, imports.length], at);
  made.set(imports, at + 2);
  made.set(behind, at + 2 + imports.length);
  return made;
}

/** The end of a section that begins at a place with its number; its length is in groups of seven bits, the lowest first. */
function endOfSection(module: Uint8Array, start: number): number {
  let [length, at] = [0, start];
  do {
    at++;
    length |= (module[at] & 0x7f) << (7 * (at - start - 1));
  } while (module[at] >= 0x80);
  return at + 1 + length;
}
