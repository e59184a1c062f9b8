/** Marks the body of a `copy … from stdin` so that the driver streams it instead of binding it. */
export class CopyBody {
  /** In a buffer of its own: the embedded store takes it over. */
  readonly bytes: Uint8Array<ArrayBuffer>
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes
  }
}
