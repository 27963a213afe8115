// The camera of the check-in page, started and stopped with its button. Loaded by check-in.ts when that is pressed.
import { aboutCamera, watch } from "./camera.ts";

/** Parts of the page; `note` says why there is no picture. */
export interface CameraParts {
  video: HTMLVideoElement;
  button: HTMLButtonElement;
  note: HTMLElement;
  onCode: (code: string) => void;
}

export class GateCamera {
  #parts: CameraParts;
  #stop: (() => void) | null = null;
  #isWanted = false;

  constructor(parts: CameraParts) {
    this.#parts = parts;
  }

  /** Starts or stops it. While it starts, the button is disabled. */
  async toggle(): Promise<void> {
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

  /** Switches it off, at once or as soon as it has started. */
  stop(): void {
    this.#isWanted = false;
    this.#stop?.();
    this.#stop = null;
    this.#draw();
  }

  async #start(): Promise<void> {
    const { video, onCode } = this.#parts;
    try {
      const stop = await watch(video, { onCode, onEnd: (why) => this.#end(why) });
      if (this.#isWanted) this.#stop = stop;
      else stop();
    } catch (error) {
      this.#end(error instanceof Error ? error.name : "");
    }
  }

  #end(why: string): void {
    this.stop();
    this.#parts.note.textContent = aboutCamera(why);
    this.#parts.note.hidden = false;
  }

  #draw(): void {
    this.#parts.video.hidden = !this.#stop;
    this.#parts.button.textContent = this.#stop ? "Stop the camera" : "Scan with the camera";
  }
}
