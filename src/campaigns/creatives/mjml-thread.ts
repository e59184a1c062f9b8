import { parentPort } from 'node:worker_threads'

export interface Compile {
  id: number
  mjml: string
}
export type CompileAnswer =
  | { id: number; html: string; errors: { line: number; message: string }[] }
  | { id: number; failed: string }

// The package was made for browsers and asks for their global before anything else.
Object.assign(globalThis, { window: globalThis })
const { default: mjml } = await import('mjml-browser')

parentPort?.on('message', ({ id, mjml: source }: Compile) => {
  let answer: CompileAnswer
  try {
    // No web fonts: mail programs would fetch them from abroad, and tell who opened the mail.
    const { html, errors } = mjml(source, { validationLevel: 'soft', keepComments: false, fonts: {} })
    answer = { id, html, errors: errors.map(({ line, message }) => ({ line, message })) }
  } catch (error) {
    answer = { id, failed: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answer)
})
