// Fills the list of files that the check-in page keeps for the time without a network (desk/check_in/keep-page.ts):
// everything that its scripts may ever load, found by walking the imports, and its style sheets.
import type { Plugin } from "vite";

const MARK = /["'`]marquee:gate-files["'`]/; // the minifier chooses the quotes
const ENTRIES = ["public/site", "desk/check_in/check-in"];
/** What the page's HTML names besides scripts (check-in.html.j2 and the templates that it extends). */
const NAMED = ["css/base.css", "css/gate.css", "css/parts.css", "css/shell.css", "favicon.svg"];

/** Replaces the mark in keep-page.ts by the names of the files, relative to the release's folder. */
export function gateFiles(): Plugin {
  return {
    name: "marquee:gate-files",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
      const found = new Set(
        chunks.filter((one) => ENTRIES.includes(one.name) && one.isEntry).map((one) => one.fileName),
      );
      for (const file of found) {
        const chunk = bundle[file];
        if (chunk?.type !== "chunk") continue;
        for (const next of [...chunk.imports, ...chunk.dynamicImports]) found.add(next);
      }
      const marked = chunks.filter((one) => MARK.test(one.code));
      if (marked.length !== 1) this.error(`the mark stands in ${marked.length} files, not in one`);
      for (const one of marked)
        one.code = one.code.replace(MARK, JSON.stringify([...found, ...NAMED].sort()).slice(1, -1));
    },
  };
}
