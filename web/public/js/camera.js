// Reads QR codes with the device's camera, where the browser can (BarcodeDetector). Loaded when somebody asks for it.
const EVERY_MS = 150;
const SAME_FOR_MS = 4_000;

/** Whether this browser can read QR codes by itself. */
export async function canScan() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  return (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/**
 * Watch through the camera until told to stop. A code that stays in view is told once.
 * @param {HTMLVideoElement} video
 * @param {(code: string) => void} onCode
 * @returns {Promise<() => void>} stops. Raises what the browser does when the camera is refused
 */
export async function watch(video, onCode) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  let last = "";
  let lastAt = 0;
  video.srcObject = stream;
  await video.play();
  const timer = setInterval(async () => {
    const [found] = await detector.detect(video).catch(() => []);
    if (!found || (found.rawValue === last && Date.now() - lastAt < SAME_FOR_MS)) return;
    last = found.rawValue;
    lastAt = Date.now();
    onCode(last);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
}
