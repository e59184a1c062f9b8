/** One statement of a migration, with what the comment line directly before it says about clusters. */
export interface Statement {
  text: string
  /** Expression that picks the shard of a row. */
  shardBy?: string
  /** Every shard holds all rows. */
  everywhere?: boolean
}

/**
 * The statements of a migration file: each ends with `;` at the end of a line. Comment lines go, except that
 * `-- shard by EXPRESSION` and `-- every shard holds all of it` mark the statement after them.
 */
export const statements = (file: string): Statement[] =>
  file
    .split(/;[ \t]*(?:--.*)?$/m)
    .map((piece) => {
      const lines = piece.split('\n')
      const text = lines
        .filter((line) => !/^\s*--/.test(line))
        .join('\n')
        .trim()
      const shardBy = lines.map((line) => /^-- shard by (.+?)\s*$/.exec(line)?.[1]).find((found) => found !== undefined)
      const everywhere = lines.some((line) => /^-- every shard holds all of it\b/.test(line))
      return { text, ...(shardBy === undefined ? {} : { shardBy }), ...(everywhere ? { everywhere } : {}) }
    })
    .filter(({ text }) => text !== '')
