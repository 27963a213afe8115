// The camera's button without a browser: runs a scenario over camera-button.ts and prints the result.
// Usage: node gate_camera.mjs <URL of web/src> <scenario>
const [folder, scenario] = process.argv.slice(2);
let given = []; // cameras that the browser has given to the page
let refusal = null;
let release = () => {};
let detect = async () => [];

globalThis.window = {
  isSecureContext: true,
  BarcodeDetector: class {
    static async getSupportedFormats() {
      return ["qr_code"];
    }
    detect = () => detect();
  },
};
const mediaDevices = {
  async getUserMedia() {
    await new Promise((done) => (release = done));
    if (refusal) throw refusal;
    const track = { isOn: true, stop: () => (track.isOn = false), addEventListener() {} };
    given.push(track);
    return { getTracks: () => [track], getVideoTracks: () => [track] };
  },
};
Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });

const { GateCamera } = await import(`${folder}/desk/check_in/camera-button.ts`);
const read = [];
const parts = { video: { async play() {} }, button: {}, note: {}, onCode: (code) => read.push(code) };
const camera = new GateCamera(parts);

/** Waits until all pending work has finished or is blocked. */
function settle() {
  return new Promise((done) => setTimeout(done, 20));
}

function on() {
  return given.filter((track) => track.isOn).length;
}

const SCENARIOS = {
  async pressed_twice() {
    const pressed = [camera.toggle(), camera.toggle()];
    await settle();
    const starting = parts.button.disabled;
    release();
    await Promise.all(pressed);
    const found = { starting, after: parts.button.disabled, cameras: given.length, on: on(), says: parts.button.textContent };
    await camera.toggle();
    return { ...found, left: on() };
  },
  async left_while_it_starts() {
    const pressed = camera.toggle();
    await settle();
    camera.stop();
    release();
    await pressed;
    return { cameras: given.length, on: on(), says: parts.button.textContent };
  },
  /** The browser's own reader fails, and so does the replacement that is loaded. */
  async no_reader() {
    detect = async () => {
      throw new Error("no service");
    };
    globalThis.document = {
      createElement() {
        throw new Error("cannot be loaded");
      },
    };
    const pressed = camera.toggle();
    await settle();
    release();
    await pressed;
    while (parts.note.hidden !== false) await settle();
    return { on: on(), note: parts.note.textContent, says: parts.button.textContent, hidden: parts.video.hidden };
  },
  async refused_and_pressed_again() {
    refusal = Object.assign(new Error(""), { name: "NotReadableError" });
    const pressed = camera.toggle();
    await settle();
    release();
    await pressed;
    refusal = null;
    const told = parts.note.hidden;
    const again = camera.toggle();
    await settle();
    release();
    await again;
    const found = { told, on: on() };
    camera.stop();
    return found;
  },
};

console.log(JSON.stringify(await SCENARIOS[scenario]()));
