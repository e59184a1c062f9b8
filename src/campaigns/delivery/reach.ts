/** How many sends an account is given at once: pure. A slow one holds few, so that little is in hand when the process dies. */

/** The least, and what an account should be through with. */
const fewest = 50
const shortMs = 1_000
const longMs = 4_000

/** As long as nothing is known of it: what it has places for. */
export const firstReach = ({ batch, concurrency }: { batch: number; concurrency: number }, setSize: number): number =>
  Math.min(setSize, Math.max(fewest, batch * concurrency))

/**
 * Half of what took too long, twice as many as were quickly done.
 * @param sends given the last time, which took `tookMs`
 */
export const nextReach = (
  reach: number,
  { sends, tookMs, setSize }: { sends: number; tookMs: number; setSize: number },
): number => {
  if (tookMs > longMs) return Math.max(Math.min(fewest, setSize), Math.floor(Math.min(reach, sends) / 2))
  return tookMs < shortMs && sends >= reach ? Math.min(setSize, reach * 2) : reach
}
