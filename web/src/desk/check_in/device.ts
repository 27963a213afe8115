// The part of the check-in page about the device: its name, and removing its list. Loaded by check-in.ts.
import { el } from "../../ui/elements.ts";
import { recall, remember } from "../../ui/storage.ts";
import type { GateList } from "./scan-list.ts";

const DEVICE = "marquee.gate.device";
const FORGET = "Forget the list on this device";

/** What the page does with a new name, and when the list was removed. */
interface Device {
  list: GateList;
  onName: (name: string) => void;
  onForget: () => void;
}

/** Returns the part of the page about the device. */
export function devicePart({ list, onName, onForget }: Device): HTMLElement {
  const field = el("input", { id: "device", maxlength: 60, value: recall("localStorage", DEVICE) ?? "" });
  field.addEventListener("change", () => {
    remember("localStorage", DEVICE, field.value.trim() || null);
    onName(field.value.trim());
  });
  const forget = el("button", { class: "button plain", type: "button" }, FORGET);
  forget.addEventListener("click", () => {
    forgetList(forget, list);
    onForget();
  });
  return el(
    "div",
    { class: "gate-device" },
    el("div", { class: "field" }, el("label", { for: "device" }, "This device is called"), field),
    forget,
  );
}

/** Removes the list. Scans that were not sent are not removed before one has been asked. */
function forgetList(button: HTMLButtonElement, list: GateList): void {
  const waits = list.unsent.length;
  if (waits && !button.dataset.sure) {
    button.dataset.sure = "yes";
    button.textContent = `Forget ${waits === 1 ? "a scan that was" : `${waits} scans that were`} not sent too?`;
    return;
  }
  delete button.dataset.sure;
  button.textContent = FORGET;
  list.forget();
}
