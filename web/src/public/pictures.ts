// The page of an event: removes pictures that cannot be loaded, so that what is beside them shows, such as initials or the
// name of a sponsor. Imported events have addresses of pictures that are long gone.
function removePicture(target: EventTarget | null): void {
  if (target instanceof HTMLImageElement && target.alt === "") target.remove();
}

document.addEventListener("error", ({ target }) => removePicture(target), true);
for (const image of [...document.images]) if (image.complete && !image.naturalWidth) removePicture(image);
