/** Full-width forms become ASCII (１→1, Ｘ→X, ＋→+), compatibility forms are unified, ends are trimmed. */
export const narrow = (text: string) => text.normalize('NFKC').trim()

/** Spaces, dashes of all kinds, dots and brackets that people put between digits are taken out. */
export const withoutSeparators = (text: string) => narrow(text).replace(/[\s\-‐‑‒–—−.()]/g, '')
