// The part of the gate's page about the device: what it is called, and removing its list. Loaded by check-in.ts.
import { el } from "../../ui/elements.ts";
import { recall, remember } from "../../ui/storage.ts";

const DEVICE = "marquee.gate.device";
const FORGET = "Forget the list on this device";

/**
 * @param {{list: import("./scan-list.ts").GateList, onName: (name: string) => void, onForget: () => void}} page
 * @returns {HTMLElement}
 */
export function devicePart({ list, onName, onForget }) {
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

/** Scans that nobody has heard of are not thrown away before one has been asked. */
function forgetList(button, list) {
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
