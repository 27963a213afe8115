// Reads QR codes with the device's camera: by the browser itself where it can (BarcodeDetector), else by a decoder that is
// loaded when somebody scans. Loaded by check-in.ts.
const EVERY_MS = 150;
const SAME_FOR_MS = 4_000;
const MOST_PIXELS = 640; // of the longer side that the decoder gets: enough for a ticket that fills a third of the picture

/**
 * Watch through the camera until told to stop. A code that stays in view is told once.
 * @param {HTMLVideoElement} video
 * @param {{onCode: (code: string) => void, onEnd: (why: string) => void}} told `onEnd` when the camera was taken away
 * @returns {Promise<() => void>} stops. Raises an error whose name `aboutCamera` knows
 */
export async function watch(video, { onCode, onEnd }) {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw named("InsecureContext");
  const read = await reader();
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 } },
  });
  let timer = 0;
  let last = "";
  let seenAt = 0;
  const stop = () => {
    clearTimeout(timer);
    timer = null;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const end = (why) => {
    if (timer === null) return;
    stop();
    onEnd(why);
  };
  const look = async () => {
    const code = await read(video).catch(() => end("NoReader"));
    if (timer === null) return;
    const isSame = code === last && Date.now() - seenAt < SAME_FOR_MS;
    if (code) [last, seenAt] = [code, Date.now()];
    if (code && !isSame) onCode(code);
    timer = setTimeout(look, EVERY_MS);
  };
  stream.getVideoTracks()[0]?.addEventListener("ended", () => end("Ended"));
  try {
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    stop();
    throw error;
  }
  look();
  return stop;
}

/** What finds a code in a picture. @returns {Promise<(video: HTMLVideoElement) => Promise<string | null>>} */
async function reader() {
  if (!(await canDetect())) return decoder();
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  let read = async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  return async (video) => {
    try {
      return await read(video);
    } catch {
      read = await decoder(); // it says that it can, and cannot: the service behind it is missing on some systems
      return null;
    }
  };
}

async function canDetect() {
  const formats = await window.BarcodeDetector?.getSupportedFormats().catch(() => []);
  return Boolean(formats?.includes("qr_code"));
}

function named(name) {
  return Object.assign(new Error(name), { name });
}

async function decoder() {
  const { default: decodeQR } = await import("qr/decode.js").catch(() => {
    throw named("NoReader");
  });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    const scale = Math.min(1, MOST_PIXELS / Math.max(video.videoWidth, video.videoHeight));
    if (!video.videoWidth) return null;
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this picture
    }
  };
}

const ELSE = "Until then type the code, or use a handheld scanner.";
const CAMERA = {
  NotAllowedError: `This page may not use the camera. Allow it in the browser’s settings for this site (the sign beside the address), then press “Scan with the camera” again. ${ELSE}`,
  NotFoundError: "This device has no camera. Type the code, or use a handheld scanner.",
  NotReadableError: `Another program uses the camera. Close it and press “Scan with the camera” again. ${ELSE}`,
  InsecureContext:
    "A browser gives its camera to safe pages only: open this page by its https address. Until then type the code, or use a handheld scanner.",
  Ended: `The camera stopped. Press “Scan with the camera” to start it again. ${ELSE}`,
  NoReader: `The part that reads QR codes could not be loaded. Connect to the network once and press “Scan with the camera” again. ${ELSE}`,
};
const SAME = {
  OverconstrainedError: "NotFoundError",
  DevicesNotFoundError: "NotFoundError",
  SecurityError: "NotAllowedError",
  AbortError: "NotReadableError",
  TrackStartError: "NotReadableError",
};

/** Why the camera cannot be used and what to do next. @param {string} name of the browser's error */
export function aboutCamera(name) {
  return CAMERA[SAME[name] ?? name] ?? `The camera did not start. Press “Scan with the camera” again. ${ELSE}`;
}
