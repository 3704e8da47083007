/** XGrammar, the authors' own engine as WebAssembly, through @mlc-ai/web-xgrammar. */
import {existsSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {compileFunction, constants} from "node:vm";

type Package = Pick<
  typeof import("@mlc-ai/web-xgrammar"),
  "GrammarCompiler" | "GrammarMatcher" | "TokenizerInfo"
>;

/** A grammar that XGrammar compiled for a vocabulary. */
export interface XgrammarMatcher {
  /** The mask before the next token, 32 tokens a word. */
  mask(): Promise<Int32Array>;
  accept(id: number): boolean;
  reset(): void;
}

/** XGrammar with a vocabulary. */
export interface Xgrammar {
  compile(ebnf: string): Promise<XgrammarMatcher>;
}

/**
 * XGrammar on a byte-level vocabulary, each token as such vocabularies spell it.
 * @param stop id of the token that ends a text
 * @returns null where the package is not installed
 */
export async function openXgrammar(vocabulary: readonly string[], stop: number): Promise<Xgrammar | null> {
  const found = loadPackage();
  if (found === null) return null;
  const {GrammarCompiler, GrammarMatcher, TokenizerInfo} = found;
  const info = await TokenizerInfo.createTokenizerInfo(
    [...vocabulary],
    "byte_level",
    false,
    vocabulary.length,
    [stop],
  );
  return {
    async compile(ebnf) {
      // Without its cache of whole grammars, which would give the first result again.
      const compiler = await GrammarCompiler.createGrammarCompiler(info, false);
      const compiled = await compiler.compileGrammar(ebnf);
      const matcher = await GrammarMatcher.createGrammarMatcher(compiled);
      compiler.dispose();
      return {
        mask: () => matcher.getNextTokenBitmask(),
        accept: (id) => matcher.acceptToken(id),
        reset: () => matcher.reset(),
      };
    },
  };
}

/** The package calls itself a module of ECMAScript and is none: Node's loader finds no exports in it. */
function loadPackage(): Package | null {
  const own = createRequire(import.meta.url);
  const file = "@mlc-ai/web-xgrammar/lib/index.js";
  const path = (own.resolve.paths(file) ?? []).map((folder) => join(folder, file)).find(existsSync);
  if (path === undefined) return null;
  const exported = {};
  const names = ["exports", "module", "require", "__dirname", "__filename"];
  const run = compileFunction(readFileSync(path, "utf8"), names, {
    filename: path,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  run(exported, {exports: exported}, own, dirname(path), fileURLToPath(import.meta.url));
  return exported as Package;
}
