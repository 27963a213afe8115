// @vitest-environment jsdom
import { i18n } from "@lingui/core";
import { t } from "@lingui/core/macro";
import { expect, test } from "vitest";
import { loadWords } from "./words.ts";

test("load words makes the messages of the desk ready", () => {
  loadWords();
  expect(i18n.locale).toBe("en");
  expect(t`Publish`).toBe("Publish");
});
