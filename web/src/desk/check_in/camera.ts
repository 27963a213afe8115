// Reads QR codes with the device's camera: by the browser itself where it can (BarcodeDetector), else by a decoder that is
// loaded when somebody scans. Loaded by check-in.ts.
const EVERY_MS = 150;
const SAME_FOR_MS = 4_000;
const MOST_PIXELS = 640; // of the longer side that the decoder gets: enough for a ticket that fills a third of the picture

/** What is done with a code, and when the camera was taken away. */
interface Watcher {
  onCode: (code: string) => void;
  onEnd: (why: string) => void;
}
type Read = (video: HTMLVideoElement) => Promise<string | null>;

/** The browser's own reader (Shape Detection API), which TypeScript's library does not know yet. */
interface BarcodeReader {
  detect: (video: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface BarcodeReaderClass {
  new (options: { formats: string[] }): BarcodeReader;
  getSupportedFormats: () => Promise<string[]>;
}

/**
 * Watches through the camera until the returned function is called. A code that stays in view is reported once. Raises an
 * error whose name `aboutCamera` knows.
 */
export async function watch(video: HTMLVideoElement, { onCode, onEnd }: Watcher): Promise<() => void> {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw named("InsecureContext");
  const read = await reader();
  const wish = { facingMode: "environment", width: { ideal: 1280 } };
  const stream = await navigator.mediaDevices.getUserMedia({ video: wish });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOn = true;
  let last: string | null = "";
  let seenAt = 0;
  const stop = () => {
    clearTimeout(timer);
    isOn = false;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  const end = (why: string) => {
    if (!isOn) return null;
    stop();
    onEnd(why);
    return null;
  };
  const look = async () => {
    const code = await read(video).catch(() => end("NoReader"));
    if (!isOn) return;
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

function detectorClass(): BarcodeReaderClass | undefined {
  return (window as { BarcodeDetector?: BarcodeReaderClass }).BarcodeDetector;
}

/** Returns what finds a code in a picture: the browser's own reader, or the decoder. */
async function reader(): Promise<Read> {
  const Detector = detectorClass();
  if (!Detector || !(await canDetect(Detector))) return decoder();
  const detector = new Detector({ formats: ["qr_code"] });
  let read: Read = async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  return async (video) => {
    try {
      return await read(video);
    } catch {
      read = await decoder(); // it says that it can, and cannot: the service behind it is missing on some systems
      return null;
    }
  };
}

async function canDetect(Detector: BarcodeReaderClass): Promise<boolean> {
  const formats: string[] = await Detector.getSupportedFormats().catch(() => []);
  return formats.includes("qr_code");
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

async function decoder(): Promise<Read> {
  const { default: decodeQR } = await import("qr/decode.js").catch(() => {
    throw named("NoReader");
  });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw named("NoReader");
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
const CAMERA: Record<string, string> = {
  NotAllowedError: `This page may not use the camera. Allow it in the browser’s settings for this site (the sign beside the address), then press “Scan with the camera” again. ${ELSE}`,
  NotFoundError: "This device has no camera. Type the code, or use a handheld scanner.",
  NotReadableError: `Another program uses the camera. Close it and press “Scan with the camera” again. ${ELSE}`,
  InsecureContext:
    "A browser gives its camera to safe pages only: open this page by its https address. Until then type the code, or use a handheld scanner.",
  Ended: `The camera stopped. Press “Scan with the camera” to start it again. ${ELSE}`,
  NoReader: `The part that reads QR codes could not be loaded. Connect to the network once and press “Scan with the camera” again. ${ELSE}`,
};
const SAME: Record<string, string> = {
  OverconstrainedError: "NotFoundError",
  DevicesNotFoundError: "NotFoundError",
  SecurityError: "NotAllowedError",
  AbortError: "NotReadableError",
  TrackStartError: "NotReadableError",
};

/** Returns why the camera cannot be used and what to do next. `name` is the browser's error's. */
export function aboutCamera(name: string): string {
  return CAMERA[SAME[name] ?? name] ?? `The camera did not start. Press “Scan with the camera” again. ${ELSE}`;
}
