// Writes which files each entry loads at once, for the pages' `modulepreload` links: without them a browser finds out
// one import after the other. Python reads the table (chalicelib/website/pages/templating.py); it is committed, since
// deploying and packaging need no Node.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Plugin, Rollup } from "vite";

/** Returns the names of the files that a file imports statically, directly or not, without itself. */
export function staticImports(bundle: Rollup.OutputBundle, file: string): string[] {
  const found = new Set<string>();
  const follow = (name: string) => {
    const chunk = bundle[name];
    if (chunk?.type !== "chunk") return;
    for (const next of chunk.imports) {
      if (found.has(next)) continue;
      found.add(next);
      follow(next);
    }
  };
  follow(file);
  found.delete(file);
  return [...found].sort();
}

/** Keeps `table` (a path) equal to what the build made: entry -> [its file, the files that it imports]. */
export function pageScripts(table: string): Plugin {
  return {
    name: "marquee:page-scripts",
    writeBundle(_options, bundle) {
      const entries = Object.values(bundle).filter(
        (one) => one.type === "chunk" && one.isEntry,
      ) as Rollup.OutputChunk[];
      const scripts = Object.fromEntries(
        entries
          .sort((one, other) => (one.name < other.name ? -1 : 1))
          .map((one) => [one.name, [one.fileName, ...staticImports(bundle, one.fileName)]]),
      );
      const text = `${JSON.stringify(scripts, null, 1)}\n`;
      if (!existsSync(table) || readFileSync(table, "utf8") !== text) writeFileSync(table, text);
    },
  };
}
