// Page loader of the glossary: terms of one file, techniques of all registries.

import {PAGE_OF_REGISTRY, pageAt, pageOfTechnique} from "./components/frame/site-pages.js";
import {piecesOf} from "./components/kit/text/cited.js";
import {type GlossaryEntry, techniqueEntries, termEntries} from "./data/glossary.js";
import type {TechniqueFacts} from "./lib/technique/facts.js";

const escaped = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const sourceOf = (source: string) =>
  piecesOf(source)
    .map(({text, href}) => (href ? `<a href="${href}">${escaped(text)}</a>` : escaped(text)))
    .join("");

function whereShown({registry, id, source}: TechniqueFacts): string {
  const path = pageOfTechnique({registry, id});
  return ` Source: ${sourceOf(source)}. <a href="${path}">${pageAt(path)?.name ?? path}</a>`;
}

const entryHtml = ({id, name, definition, technique}: GlossaryEntry) =>
  `<dt id="${id}">${escaped(name)}</dt><dd>${escaped(definition)}${technique ? whereShown(technique) : ""}</dd>`;

const listOf = (entries: readonly GlossaryEntry[]) =>
  `<dl class="glossary">\n${entries.map(entryHtml).join("\n")}\n</dl>`;

function capitalized(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

const techniqueLists = Object.keys(PAGE_OF_REGISTRY).map((registry) => {
  const entries = techniqueEntries.filter(({technique}) => technique?.registry === registry);
  return `## ${capitalized(registry)}\n\n${listOf(entries)}`;
});

process.stdout.write(`---
title: Glossary
---

# Which words does this site use, and for what?

<p class="lead">Terms of the field, each in a sentence, and every technique of this workbench with its source. On other pages the first mention of a term is dotted: point at it, or move the focus to it, to read its definition.</p>

## Terms

${listOf(termEntries)}

${techniqueLists.join("\n\n")}
`);
