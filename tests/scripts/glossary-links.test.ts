import {describe, expect, test} from "vitest";
import {glossaryLinks, type MarkdownToken} from "../../scripts/glossary-links.js";

type Rule = Parameters<Parameters<typeof glossaryLinks>[0]["core"]["ruler"]["push"]>[1];

class Token implements MarkdownToken {
  content = "";
  children: MarkdownToken[] | null = null;
  type: string;
  constructor(type: string) {
    this.type = type;
  }
}

const token = (type: string, content = "", children: MarkdownToken[] | null = null): MarkdownToken =>
  Object.assign(new Token(type), {content, children});

/** The markup of blocks of prose on a page: each a list of inline tokens. */
function rendered(blocks: readonly MarkdownToken[], path = "/formats/choose"): string[] {
  let rule: Rule | undefined;
  glossaryLinks({
    core: {
      ruler: {
        push: (_, given) => {
          rule = given;
        },
      },
    },
  });
  rule?.({tokens: [...blocks], env: {path}, Token});
  return blocks
    .filter(({type}) => type === "inline")
    .map(({children}) => children?.map(({content}) => content).join("") ?? "");
}

const prose = (...children: MarkdownToken[]) => token("inline", "", children);
const text = (content: string) => token("text", content);

describe("glossaryLinks", () => {
  test("links the first mention on a page, of a term in any spelling and of a technique", () => {
    const [first, second] = rendered([
      prose(text("Some outliers, NVFP4.")),
      prose(text("An outlier in NVFP4.")),
    ]);
    expect(first).toMatch(
      /href="\/glossary#outlier" data-definition="A value far larger[^"]*">outliers<\/a>/,
    );
    expect(first).toMatch(/href="\/glossary#formats-nvfp4"[^>]*>NVFP4<\/a>\.$/);
    expect(second).toBe("An outlier in NVFP4.");
  });

  test("leaves headings, links, code and parts of words alone", () => {
    const link = prose(token("link_open"), text("perplexity"), token("link_close"));
    const code = prose(token("code_inline", "perplexity"), text("unperplexity"));
    expect(rendered([token("heading_open"), prose(text("perplexity"))])).toEqual(["perplexity"]);
    expect(rendered([link])).toEqual(["perplexity"]);
    expect(rendered([code])).toEqual(["perplexityunperplexity"]);
  });

  test("leaves the glossary itself and the cards of models alone", () => {
    for (const path of ["/glossary", "/data/models/decoder-small/README"]) {
      expect(rendered([prose(text("perplexity"))], path)).toEqual(["perplexity"]);
    }
  });
});
