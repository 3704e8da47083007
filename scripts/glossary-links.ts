import {escapeMarkup} from "../src/components/kit/text/markup.js";
import {type GlossaryEntry, techniqueEntries, termEntries} from "../src/data/glossary.js";

/** A token of markdown-it, as far as it is looked at here. */
export interface MarkdownToken {
  type: string;
  content: string;
  children: MarkdownToken[] | null;
}

interface MarkdownState {
  readonly tokens: MarkdownToken[];
  readonly env: {readonly path?: string};
  readonly Token: new (type: string, tag: string, nesting: 0) => MarkdownToken;
}

/** The part of markdown-it that is used here. */
export interface Markdown {
  readonly core: {readonly ruler: {push(name: string, rule: (state: MarkdownState) => void): void}};
}

/** Names that no ordinary word is spelled as: techniques called "Random" or "Rotation" are not looked for in prose. */
const isDistinct = (name: string) => /[A-Z0-9].*[A-Z0-9]/.test(name) && /^[\w-]+$/.test(name);

const escapedPattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Spellings in prose, longest first, and the entry of each. */
function spellings(): ReadonlyMap<string, GlossaryEntry> {
  const techniques = techniqueEntries.filter(({name}) => isDistinct(name));
  const pairs = [
    ...techniques.map((entry) => [entry.name, entry] as const),
    ...termEntries.flatMap((entry) => [entry.name, ...entry.also].map((name) => [name, entry] as const)),
  ];
  return new Map(pairs.sort(([a], [b]) => b.length - a.length));
}

const KNOWN = spellings();
const ANY = new RegExp(`(?<![\\w-])(?:${Array.from(KNOWN.keys(), escapedPattern).join("|")})(?![\\w-])`, "g");

/** The first mention of each entry in a piece of text, as pieces of which every second is a mention. */
function splitAtMentions(text: string, done: Set<GlossaryEntry>): {text: string; entry?: GlossaryEntry}[] {
  const pieces: {text: string; entry?: GlossaryEntry}[] = [];
  let from = 0;
  for (const {0: found, index} of text.matchAll(ANY)) {
    const entry = KNOWN.get(found);
    if (entry === undefined || done.has(entry)) continue;
    done.add(entry);
    pieces.push({text: text.slice(from, index)}, {text: found, entry});
    from = index + found.length;
  }
  return [...pieces, {text: text.slice(from)}];
}

/** A mention as a link: without a script it leads to the glossary, with one it shows the definition. */
const linkTo = (text: string, {id, definition}: GlossaryEntry) =>
  `<a class="term" href="/glossary#${id}" data-definition="${escapeMarkup(definition)}">${text}</a>`;

function withLinks(
  children: MarkdownToken[],
  done: Set<GlossaryEntry>,
  state: MarkdownState,
): MarkdownToken[] {
  let depth = 0;
  return children.flatMap((token) => {
    if (token.type === "link_open" || /^<(a|button|code)\b/.test(token.content)) depth++;
    if (token.type === "link_close" || /^<\/(a|button|code)>/.test(token.content)) depth--;
    if (token.type !== "text" || depth > 0) return [token];
    return splitAtMentions(token.content, done).map(({text, entry}) => {
      const piece = new state.Token(entry ? "html_inline" : "text", "", 0);
      piece.content = entry ? linkTo(text, entry) : text;
      return piece;
    });
  });
}

/**
 * Makes the first mention of every term and technique in a page's prose a link to its definition. Headings, code and links
 * stay as they are.
 */
export function glossaryLinks<M extends Markdown>(markdown: M): M {
  markdown.core.ruler.push("glossary-links", (state) => {
    if (state.env.path === undefined || /glossary|README/.test(state.env.path)) return;
    const done = new Set<GlossaryEntry>();
    state.tokens.forEach((token, i) => {
      if (token.type !== "inline" || state.tokens[i - 1]?.type === "heading_open") return;
      token.children = withLinks(token.children ?? [], done, state);
    });
  });
  return markdown;
}
