import type { Text } from '../../i18n/text.ts'

/** What a kind of subject is called; one we do not know by its code. */
export const kindName = (t: Text, kind: string): string =>
  (t.grading.subjectKinds as Readonly<Record<string, string>>)[kind] ?? kind
