import type { Permission, Role } from '../permissions.ts'

interface AppUserTable {
  id: string
  login: string
  name: string
  email: string | null
  roles: Role[]
  password_hash: string
  must_change_password: boolean
  password_changed_at: Date
  disabled_at: Date | null
  totp_seed: string | null
  totp_confirmed_at: Date | null
  totp_last_step: number | null
  last_sign_in_at: Date | null
  created_at: Date
  created_by: string
}

interface TotpBackupCodeTable {
  user_id: string
  code_hash: string
}

interface SessionTable {
  id: string
  token_hash: string
  user_id: string
  created_at: Date
  last_seen_at: Date
  expires_at: Date
  network: string
  user_agent: string
}

interface SignInAttemptTable {
  key: string
  failures: number
  locked_until: Date | null
  last_at: Date
}

interface ApiKeyTable {
  id: string
  name: string
  key_hash: string
  prefix: string
  roles: Role[]
  scope: Permission[] | null
  created_at: Date
  created_by: string
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
}

declare module '../ctx.ts' {
  interface Tables {
    'platform.app_user': AppUserTable
    'platform.totp_backup_code': TotpBackupCodeTable
    'platform.session': SessionTable
    'platform.sign_in_attempt': SignInAttemptTable
    'platform.api_key': ApiKeyTable
  }
}
