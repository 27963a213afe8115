// Emits NOTICE.txt: the licences of the libraries whose code is in the build.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//;

/** Returns the folders of the packages that these modules come from, by package name. */
export function packagesOf(modules: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const id of modules) {
    const [, folder, name] = PACKAGE.exec(id) ?? [];
    if (folder && name) found.set(name, folder);
  }
  return new Map([...found].sort());
}

function noticeOf(name: string, folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string; license: string };
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file));
  if (!files.length) throw new Error(`${name} ships no licence text; say in build/notice.ts where it is`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  const license = about.license.replace(/^\((.*)\)$/, "$1");
  return `${name} ${about.version} (${license})\n\n${texts.join("\n\n")}\n`;
}

/** Adds NOTICE.txt to the build. Raises when a package ships no licence. */
export function notice(): Plugin {
  return {
    name: "marquee:notice",
    generateBundle(_options, bundle) {
      const modules = Object.values(bundle).flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
      const parts = [...packagesOf(modules)].map(([name, folder]) => noticeOf(name, folder));
      const source = `Marquee's scripts contain these libraries.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
      this.emitFile({ type: "asset", fileName: "NOTICE.txt", source });
    },
  };
}
