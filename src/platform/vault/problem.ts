import { problems } from '../problem.ts'

export const problem = problems('vault', {
  cannotOpen: { status: 410, title: 'The value cannot be opened: its key was destroyed or it was changed' },
  keyNotLoaded: {
    status: 503,
    title: 'The value was sealed with a newer key that this process has not loaded yet',
    retryAfterSeconds: 1,
  },
  masterKeyShape: { status: 500, title: 'The master key must be 32 bytes, as 64 hexadecimal digits or base64' },
  masterKeyExposed: { status: 500, title: 'The master key file can be read by others; set its mode to 0600' },
  masterKeyWrong: {
    status: 500,
    title: 'The master key does not open the keys of this database; give the one it was made with',
  },
})
