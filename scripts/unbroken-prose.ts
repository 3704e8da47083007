import {unbroken} from "../src/components/kit/text/unbroken.js";
import type {Markdown} from "./glossary-links.js";

/** Keeps every number of a page's prose with its unit. */
export function unbrokenProse<M extends Markdown>(markdown: M): M {
  markdown.core.ruler.push("unbroken-prose", ({tokens}) => {
    for (const {children} of tokens)
      for (const token of children ?? []) if (token.type === "text") token.content = unbroken(token.content);
  });
  return markdown;
}
