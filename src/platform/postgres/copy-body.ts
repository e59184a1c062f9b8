/** Marks the body of a `copy … from stdin` so that the driver streams it instead of binding it. */
export class CopyBody {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
