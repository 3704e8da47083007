/** What the built scripts may not hold: times of files, and ways out of a page that no content policy binds. */

/**
 * The text of a script or page without the times at which files were last changed: nothing reads them, and they would make
 * two builds of the same source differ.
 */
export function timeless(text: string): string {
  return text.replace(/("?lastModified"?:\s*)\d{10,}/g, "$10");
}

/**
 * A script whose calls that open or go to another address do nothing. Plotly has some, for uploads to its maker's service
 * and for browsers that are no longer made; a content policy cannot forbid a page to navigate.
 */
export function withoutOpeners(script: string): string {
  return script.replace(/\bwindow\.open\(/g, "null&&(").replace(/\bdocument\.location\.href=(?!=)/g, "");
}

/**
 * A bundled package without its imports of Node's modules, at which a browser would refuse the whole script: such packages
 * use them only where they find themselves in Node.
 */
export function withoutNode(script: string): string {
  return script.replace(/\bimport\s*\*\s*as\s+([\w$]+)\s+from\s*["']node:[\w/]+["'];?/g, "const $1={};");
}

/**
 * Ways past a content policy: peer connections, and navigation to an address that a script makes. A graphics processor's
 * queue takes its commands by a call that has the name of a form's.
 */
const WAYS_OUT = [
  /\bRTC[A-Z]\w+/g,
  /\bWebTransport\b/g,
  /\bwindow\.open\b/g,
  /\blocation\s*=(?![=>])/g,
  /\blocation\.(?:href\s*=(?!=)|assign\b|replace\b)/g,
  /\bnavigation\.navigate\b/g,
  /(?<!\bqueue)\.(?:requestSubmit|submit)\(/g,
];

/** The ways out of a page that the text of a script holds, each once. */
export function waysOut(script: string): string[] {
  return [
    ...new Set(WAYS_OUT.flatMap((pattern) => Array.from(script.matchAll(pattern), ([found]) => found))),
  ];
}
