/** Markup as text, for pages and for files that are made where there is no document. */

/** Text that stands for elements; everything that came from outside is escaped in it. */
export interface Markup {
  readonly text: string;
}

/** Anything that may stand between tags, or be the value of an attribute: null and false leave nothing. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/**
 * The markup of a template: values are escaped, other markup stays as it is, lists are joined. A value right after `=` is
 * an attribute, which is left out where there is no value: `<line x1=${x} class=${null}>`.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = "";
  strings.forEach((part, i) => {
    text += part;
    if (i === values.length) return;
    if (!part.endsWith("=")) text += contentText(values[i]);
    else if (isNone(values[i])) text = text.replace(/\s*[\w:-]+=$/, "");
    else text += `"${contentText(values[i])}"`;
  });
  return {text};
}

const isNone = (value: Content): value is null | undefined | false =>
  value === null || value === undefined || value === false;

function contentText(value: Content): string {
  if (isNone(value)) return "";
  if (typeof value !== "object") return escapeMarkup(String(value));
  return "text" in value ? value.text : value.map(contentText).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"};

/** Text as it stands in markup, between tags or in a quoted attribute. */
export const escapeMarkup = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
