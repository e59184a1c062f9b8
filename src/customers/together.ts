/**
 * Makes of a statement that answers many keys a function that answers one: keys asked for while a statement runs share the
 * next one. Nothing is remembered, and a statement begins after its keys were asked for, so an answer is never older than
 * its question.
 * @param most keys of one statement
 * @returns undefined for a key that has no answer; rejects, for all keys of a statement, with its error
 */
export const together = <Key, Answer>(
  ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Answer>>,
  { most }: { most: number },
): ((key: Key) => Promise<Answer | undefined>) => {
  const waiting = new Map<Key, PromiseWithResolvers<Answer | undefined>>()
  let running = 0
  const pump = () => {
    // Two at once: while one is on its way back the database has the next.
    while (running < 2 && waiting.size > 0) {
      const group = [...waiting].slice(0, most)
      for (const [key] of group) waiting.delete(key)
      running++
      ask(group.map(([key]) => key))
        .then(
          (answers) => {
            for (const [key, { resolve }] of group) resolve(answers.get(key))
          },
          (error: unknown) => {
            for (const [, { reject }] of group) reject(error)
          },
        )
        .finally(() => {
          running--
          pump()
        })
    }
  }
  return (key) => {
    const held = waiting.get(key)
    if (held) return held.promise
    const asked = Promise.withResolvers<Answer | undefined>()
    waiting.set(key, asked)
    // After this turn of the loop, so that requests which arrived together are asked together.
    if (waiting.size === 1) setImmediate(pump)
    return asked.promise
  }
}
