// Pictures on their way: those wanted last come first, and those not wanted for long are let go.

export class Pictures {
  constructor(most, atOnce, { onArrival, onFailure }) {
    Object.assign(this, { most, atOnce, onArrival, onFailure, loading: 0 });
    this.known = new Map();
    this.wanted = new Map();
  }

  // The picture if it is there; else it is asked for.
  get(url) {
    const known = this.known.get(url);
    if (known) {
      this.known.delete(url); // the last in the order is the last used
      this.known.set(url, known);
      return known.picture;
    }
    this.wanted.set(url, true);
    return null;
  }

  // Called when a frame is drawn: asks for what it lacked, and forgets older wishes.
  frameDrawn() {
    for (const url of this.wanted.keys()) {
      if (this.loading >= this.atOnce) break;
      this.#load(url);
    }
    this.wanted.clear();
  }

  forgetFailures() {
    for (const [url, { failed }] of this.known) if (failed) this.known.delete(url);
  }

  async #load(url) {
    const entry = { picture: null };
    this.known.set(url, entry);
    this.loading += 1;
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      entry.picture = await createImageBitmap(image);
    } catch {
      // It stays away until it is asked for again; what is less sharp is shown in its place.
      entry.failed = true;
      this.onFailure();
    }
    this.loading -= 1;
    this.#letGo();
    this.onArrival();
  }

  #letGo() {
    for (const [url, { picture }] of this.known) {
      if (this.known.size <= this.most) break;
      if (!picture) continue;
      picture.close();
      this.known.delete(url);
    }
  }
}
