// The page of an event: a picture that does not come leaves its place to what stands beside it, such as initials or the
// name of a sponsor. Imported events have addresses of pictures that are long gone.
const leave = (image) => image instanceof HTMLImageElement && image.alt === "" && image.remove();
document.addEventListener("error", ({ target }) => leave(target), true);
for (const image of [...document.images]) if (image.complete && !image.naturalWidth) leave(image);
