// The language of the desk: chosen once, from the browser. Its catalogue is loaded before anything is drawn.
import { i18n } from "@lingui/core";

export type Language = "en" | "de";
const LANGUAGES: readonly Language[] = ["en"];

/** Returns the first of the browser's languages that the desk is complete in; English otherwise. */
export function chooseLanguage(wanted: readonly string[] = navigator.languages): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag === language || tag.startsWith(`${language}-`));
    if (found) return found;
  }
  return "en";
}

/** Loads the words of a language and says so to the page, for screen readers and hyphenation. */
export async function loadWords(language: Language): Promise<void> {
  const { messages } = language === "de" ? await import("../words/de.po") : await import("../words/en.po");
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}
