import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

// Messages of the desk. English is the source; a message that German lacks is an error of the build once German is
// complete, so there is no fallback that would hide it.
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "de", "pseudo"],
  pseudoLocale: "pseudo",
  fallbackLocales: false,
  catalogs: [{ path: "src/words/{locale}", include: ["src"], exclude: ["**/*.test.ts", "**/*.test.tsx"] }],
  format: formatter({ lineNumbers: false, origins: true }),
  orderBy: "messageId",
});
