import { useText } from './text.ts'

/** Who did something, as it is kept: a person by name, and what the program or its command line did by a word of the reader. */
export const useActorName = () => {
  const t = useText()
  const known: Readonly<Record<string, string>> = { system: t.audit.program, 'command line': t.audit.commandLine }
  return (name: string) => known[name] ?? name
}
