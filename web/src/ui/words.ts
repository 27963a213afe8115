// The words of the desk. English is their only language yet; its catalogue is loaded before anything is drawn.
import { i18n } from "@lingui/core";
import { messages } from "../words/en.po";

/** Makes the words ready. */
export function loadWords(): void {
  i18n.loadAndActivate({ locale: "en", messages });
}
