/// <reference types="vitest/config" />
import { resolve } from "node:path";
import { lingui } from "@lingui/vite-plugin";
import { defineConfig, type Rollup } from "vite";
import { inputs } from "./build/entries.ts";
import { gateFiles } from "./build/gate-files.ts";
import { notice } from "./build/notice.ts";
import { pageScripts } from "./build/page-scripts.ts";

const GATE = resolve(import.meta.dirname, "src/desk/check_in");
const TABLE = resolve(import.meta.dirname, "../chalicelib/website/pages/scripts.json");

/** Files that the check-in page alone loads have a folder, so that sw.js knows them by their path. */
function chunkName(chunk: Rollup.PreRenderedChunk): string {
  const own = chunk.moduleIds.filter((id) => !id.startsWith("\0"));
  const isOfGate = own.length > 0 && own.every((id) => id.startsWith(GATE) || id.includes("/node_modules/qr/"));
  return isOfGate ? "js/desk/check_in/[name].js" : "js/shared/[name].js";
}

// Names carry no digest: the folder of the release, which the server adds, has one (infra/website.py).
export default defineConfig({
  base: "./",
  publicDir: "public",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [lingui({ macroTransform: true }), gateFiles(), notice(), pageScripts(TABLE)],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: inputs(),
      preserveEntrySignatures: "allow-extension",
      output: { entryFileNames: "js/[name].js", chunkFileNames: chunkName, assetFileNames: "assets/[name][extname]" },
    },
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node", restoreMocks: true },
});
