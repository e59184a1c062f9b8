/** MJML in one file without dependencies; `mj-include` is refused, nothing is read from disk or fetched. */
declare module 'mjml-browser' {
  interface MjmlError {
    line: number
    message: string
    tagName: string
  }
  const mjml: (
    source: string,
    options: { validationLevel: 'soft' | 'strict' | 'skip'; keepComments?: boolean; fonts?: Record<string, string> },
  ) => { html: string; errors: MjmlError[] }
  export = mjml
}
