// The camera of the gate's page, started and stopped with its button. Loaded by check-in.ts when somebody presses that.
import { aboutCamera, watch } from "./camera.ts";

/** @typedef {{video: HTMLVideoElement, button: HTMLButtonElement, note: HTMLElement, onCode: (code: string) => void}} Parts */

export class GateCamera {
  #parts;
  #stop = null;
  #isWanted = false;

  /** @param {Parts} parts of the page; `note` says why there is no picture */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Start it, or stop it. Whoever presses again while it starts is not heard: the button says so. */
  async toggle() {
    const { button, note } = this.#parts;
    note.hidden = true;
    if (this.#stop) {
      this.stop();
      return;
    }
    if (this.#isWanted) return;
    this.#isWanted = true;
    button.disabled = true;
    await this.#start();
    button.disabled = false;
    this.#draw();
  }

  /** Off, at once or as soon as it has started. */
  stop() {
    this.#isWanted = false;
    this.#stop?.();
    this.#stop = null;
    this.#draw();
  }

  async #start() {
    const { video, onCode } = this.#parts;
    const stop = await watch(video, { onCode, onEnd: (why) => this.#end(why) }).catch((error) => this.#end(error.name));
    if (this.#isWanted) this.#stop = stop;
    else stop?.();
  }

  #end(why) {
    this.stop();
    this.#parts.note.textContent = aboutCamera(why);
    this.#parts.note.hidden = false;
  }

  #draw() {
    this.#parts.video.hidden = !this.#stop;
    this.#parts.button.textContent = this.#stop ? "Stop the camera" : "Scan with the camera";
  }
}
