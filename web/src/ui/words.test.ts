// @vitest-environment jsdom
import { i18n } from "@lingui/core";
import { expect, test } from "vitest";
import { chooseLanguage, loadWords } from "./words.ts";

test.each([[["en-GB", "de"]], [["fr", "en"]], [["fr"]], [[]]])("of %j English is chosen", (wanted) => {
  expect(chooseLanguage(wanted)).toBe("en");
});

test("loading a language says so to the page and activates its catalogue", async () => {
  await loadWords("en");
  expect([document.documentElement.lang, i18n.locale]).toEqual(["en", "en"]);
  expect(Object.keys(i18n.messages).length).toBeGreaterThan(50);
});
