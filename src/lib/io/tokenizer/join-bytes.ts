/** Tokens that are bytes, <0x00> to <0xFF>, become text where a run of them is UTF-8, else U+FFFD for each. */
export function joinBytes(tokens: readonly string[]): readonly string[] {
  const joined: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) joined.push(decodeRun(Uint8Array.from(bytes)));
    bytes = [];
  };
  for (const token of tokens) {
    const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (hex !== undefined) {
      bytes.push(Number.parseInt(hex, 16));
      continue;
    }
    flush();
    joined.push(token);
  }
  flush();
  return joined;
}

function decodeRun(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return "\ufffd".repeat(bytes.length);
  }
}
