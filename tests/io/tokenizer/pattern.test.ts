import {describe, expect, test} from "vitest";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {parseStrictJson} from "../../../src/lib/io/strict-json.js";
import {TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/assemble.js";
import {parsePreTokenizer} from "../../../src/lib/io/tokenizer/pre-tokenize.js";

/** The matches in a text, or what is between them. */
function cut(Regex: string, text: string, options: object = {behavior: "Removed", invert: true}): string[] {
  const json = JSON.stringify({type: "Split", pattern: {Regex}, ...options});
  return parsePreTokenizer(parseStrictJson(json, TOKENIZER_LIMITS))(text, true);
}

describe("a pattern means what it means to Oniguruma", () => {
  // The matches are those that the Rust library finds.
  test.each([
    ["\\w+", "HenryⅧ m² aⓑ می\u200cخواهم", ["HenryⅧ", "m²", "aⓑ", "می", "خواهم"]],
    ["[\\w]+", "m²", ["m"]],
    ["[^\\w]", "a²½b", ["²", "½"]],
    ["\\W", "a²½b", []],
    ["\\d+", "1٣²Ⅷ", ["1٣"]],
    ["\\h+", "0aFg", ["0aF"]],
    ["[[:punct:]]+", "a$b!?", ["$", "!?"]],
    ["\\b\\w", "ab m² c", ["a", "m", "c"]],
    ["\\B\\w", "ab m²", ["b", "²"]],
    ["^\\w", "ab\ncd\n", ["a", "c"]],
    ["\\w$", "ab\ncd", ["b", "d"]],
    ["\\A\\w", "ab\ncd", ["a"]],
    ["\\w\\z", "ab\ncd", ["d"]],
    [".+", "a\r\u2028b\nc", ["a\r\u2028b", "c"]],
    ["(?m:.+)", "a\nb", ["a\nb"]],
    ["(?i:[k])|'S", "K\u212ak's'S", ["K", "\u212a", "k", "'S"]],
    ["x(?i)a|b", "xA xB B", ["xA", "xB"]],
    ["[a[bc]]+", "abcd", ["abc"]],
    ["[a-c&&[^b]]+", "abcc", ["a", "cc"]],
    ["[\\S]+", "ab c", ["ab", "c"]],
    ["a{,2}", "aaaa", ["aa", "aa"]],
    ["a{2}+", "aaaaa", ["aaaa"]],
    ["a{x", "a{x", ["a{x"]],
    ["a+?", "aaa", ["a", "a", "a"]],
    ["\\x{1F600}|\\u00e9", "é😀", ["é", "😀"]],
    ["\\p{^L}|\\P{L}+", "a1b", ["1"]],
    ["\\p{Han}+", "a漢字", ["漢字"]],
    ["(?<=\\s)\\S(?!a)", " ba cd", ["c"]],
    ["a(?=b|$)", "ab ac a", ["a", "a"]],
    ["a(?!b|$)", "ab ac a", ["a"]],
    ["\\p{N}{1,3}(?=(?:\\p{N}{3})*(?:\\P{N}|$))", "1234567 12", ["1", "234", "567", "12"]],
    ["(?!ab(?=c))\\w", "abc ab", ["b", "c", "a", "b"]],
    ["\\s++b|\\s?+.", " b  c", [" b", "  ", "c"].slice(0, 1).concat("  ", "c")],
    ["[^\\r\\n\\p{L}]?+\\p{L}++", " ab,cd", [" ab", ",cd"]],
  ])("%s in %j", (pattern, text, matches) => {
    expect(cut(pattern, text)).toEqual(matches);
  });

  test("an empty match cuts, but not right after a match", () => {
    expect(cut("", "ab", {behavior: "Isolated"})).toEqual(["a", "b"]);
    expect(cut("a*", "aab", {behavior: "Isolated"})).toEqual(["aa", "b"]);
    expect(cut("\\b", "ab,c", {behavior: "Isolated"})).toEqual(["ab", ",", "c"]);
  });
});

describe("a pattern whose meaning would differ is refused", () => {
  test.each([
    ["(ab)++", "possessive repeats of more than one character"],
    ["(?>ab|a)c", "possessive repeats of more than one character"],
    ["(?i:\\p{Lu}[\\p{Lu}])", "sets of any case in a class"],
    ["(?i:é)", "letters of any case beyond the Latin alphabet"],
    ["(?i:ss)", "letters of any case that a ligature stands for"],
    ["(?<=ab)c", "a look behind at more than one character"],
    ["(a)\\1", "\\1"],
    ["\\R", "\\R"],
    ["\\xff", "\\x"],
    ["\\p{Klingon}", "\\p{Klingon}"],
    ["(a*)*", "a repeat of what may be empty"],
    ["a{2}?", "the repeat {2}?"],
    ["a{1,5000}", "the repeat {1,5000}"],
    ["a{2}{2}{2}{2}{2}{2}{2}{2}{2}", "repeats of repeats of repeats"],
    ["\\b+", "a repeat of a place"],
    ["*", "a repeat of nothing"],
    ["(?x: a)", "(?x"],
    ["(?~a)", "(?~"],
    ["(", "an open bracket"],
    ["a)", "a bracket that is not open"],
    ["[a", "an end too soon"],
    ["[]a]", "a class that begins with its end"],
    ["[a-\\d]", "a range that ends in a set"],
    ["[b-a]", "a range that ends before it begins"],
    [`${"(".repeat(200)}a`, "100 groups in each other"],
    [`[${"a".repeat(2000)}]`, "more than 1000 members of classes"],
  ])("%s", (pattern, what) => {
    expect(() => cut(pattern, "a")).toThrow(FormatError);
    expect(() => cut(pattern, "a")).toThrow(`must be a pattern without ${what}`);
  });

  test("so is one that grows too large", () => {
    expect(() => cut("((a{100}){100}){100}", "a")).toThrow("must be a smaller pattern");
    expect(() => cut("(?=ab)".repeat(5), "a")).toThrow("must be a smaller pattern");
    const nested = Array.from({length: 30}).reduce<string>((inner) => `(?:(?=${inner}b)a){4}`, "ab");
    expect(() => cut(nested, "a")).toThrow("must be a smaller pattern");
  });
});

describe("a pattern ends soon whatever the text", () => {
  test.each([
    ["(\\w+\\s?)+$", `${"a ".repeat(500)}!`],
    ["(a|a)*b", "a".repeat(1000)],
    ["(a|aa)+$", `${"a".repeat(1000)}!`],
    ["a*a*a*a*a*b", "a".repeat(1000)],
    ["(.*)(.*)(.*)x", "a".repeat(1000)],
  ])("%s", (pattern, text) => {
    expect(cut(pattern, text, {behavior: "Isolated"}).join("")).toBe(text);
  });

  test.each(["a.*b", "(?=a.*b)a", "(\\w+\\s?)+$"])("or says that it would not: %s", (pattern) => {
    expect(() => cut(pattern, `${"a".repeat(50_000)}!`)).toThrow(
      `must be a pattern that need not read far ahead at every place, got ${pattern}`,
    );
  });

  test("a text may be longer than a pattern could be", () => {
    const long = "ab".repeat(30_000);
    const json = JSON.stringify({type: "Split", pattern: {String: long}, behavior: "Isolated"});
    const limits = {...TOKENIZER_LIMITS, maxString: 100_000};
    expect(parsePreTokenizer(parseStrictJson(json, limits))(`x${long}y`, true)).toEqual(["x", long, "y"]);
  });
});
