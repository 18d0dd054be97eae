/* Pictures on a canvas: as they are shown, and smaller, as they are sent. */

// Nobody looks at more than 500 pixels of a picture.
const ENOUGH_PIXELS = 1600;

export function draw(onto, picture, scale) {
  onto.width = Math.max(1, Math.round(picture.width * scale));
  onto.height = Math.max(1, Math.round(picture.height * scale));
  const pen = onto.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, onto.width, onto.height);
  pen.drawImage(picture, 0, 0, onto.width, onto.height);
}

export async function smaller(picture) {
  const onto = document.createElement("canvas");
  draw(onto, picture, Math.min(1, ENOUGH_PIXELS / Math.max(picture.width, picture.height)));
  return new Promise((done) => onto.toBlob(done, "image/jpeg", 0.92));
}

/* The picture that came with a paste, if any did. */
export const pasted = (event) => [...event.clipboardData.files].find((file) => file.type.startsWith("image/"));

export const isText = (element) => element.closest?.("input:not([type=file]), textarea") !== null;
