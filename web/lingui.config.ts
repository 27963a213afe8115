import { defineConfig } from "@lingui/conf";
import { formatter } from "@lingui/format-po";

// Messages of the desk. English is the source. The pseudo-locale is for a test that finds text outside of messages. There
// is no fallback that would hide a message that another language lacks.
export default defineConfig({
  sourceLocale: "en",
  locales: ["en", "pseudo"],
  pseudoLocale: "pseudo",
  fallbackLocales: false,
  catalogs: [{ path: "src/words/{locale}", include: ["src"], exclude: ["**/*.test.ts", "**/*.test.tsx"] }],
  format: formatter({ lineNumbers: false, origins: true }),
  orderBy: "messageId",
});
