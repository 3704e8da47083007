/** Rules for a `Precompiled` normalizer, compiled as sentencepiece does. */

interface Node {
  readonly children: Map<number, Node>;
  /** Place of the text that stands for the key that ends here. */
  value?: number;
}

/** Base64 of a double array over the UTF-8 of the keys, and of the texts, each with a zero at its end. */
export function charsmap(rules: Readonly<Record<string, string>>): string {
  const root: Node = {children: new Map()};
  const texts: number[] = [];
  for (const [key, text] of Object.entries(rules)) {
    let node = root;
    for (const byte of Buffer.from(key)) {
      if (!node.children.has(byte)) node.children.set(byte, {children: new Map()});
      node = node.children.get(byte)!;
    }
    node.value = texts.length;
    texts.push(...Buffer.from(text), 0);
  }
  const units = doubleArray(root);
  const bytes = Buffer.alloc(4 + 4 * units.length);
  bytes.writeUInt32LE(4 * units.length, 0);
  for (const [i, unit] of units.entries()) bytes.writeUInt32LE(unit >>> 0, 4 + 4 * i);
  return Buffer.concat([bytes, Buffer.from(texts)]).toString("base64");
}

/** Units of darts-clone: label, a bit for a key that ends here, and the way to the children from bit 10 on. */
function doubleArray(root: Node): number[] {
  const units: number[] = [0];
  const used = new Set([0]);
  const bases = new Set<number>();
  const place = (node: Node, at: number): void => {
    const labels = [...node.children.keys(), ...(node.value === undefined ? [] : [0])];
    if (labels.length === 0) return;
    let base = 1;
    while (bases.has(base) || labels.some((label) => used.has(base ^ label))) base++;
    bases.add(base);
    for (const label of labels) used.add(base ^ label);
    units[at] = (units[at] ?? 0) | ((at ^ base) << 10) | (node.value === undefined ? 0 : 1 << 8);
    if (node.value !== undefined) units[base] = node.value | (1 << 31);
    for (const [label, child] of node.children) {
      units[base ^ label] = label;
      place(child, base ^ label);
    }
  };
  place(root, 0);
  return Array.from({length: Math.ceil(Math.max(...used) / 256 + 1) * 256}, (_, i) => units[i] ?? 0);
}
