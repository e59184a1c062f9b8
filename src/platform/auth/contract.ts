import { z } from 'zod'
import { permissionNames, roles } from '../permissions.ts'

const Role = z.enum(roles)
const Permission = z.enum(permissionNames)
const Roles = z.array(Role).min(1).max(roles.length)
const Moment = z.iso.datetime({ offset: true })
const Login = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[^\s\p{C}]{2,200}$/u)
const Name = z.string().trim().min(1).max(100)
const Email = z.email().max(254).toLowerCase()
/** Length only: what makes a password good is said with its own problem code, so that the console can translate it. */
const Password = z.string().min(1).max(1000)

/** Signs in. `totp` is a six-digit code or a backup code. */
export const SignIn = z.object({
  login: z.string().trim().min(1).max(254),
  password: Password,
  totp: z.string().trim().max(40).optional(),
})

/** Who is signed in, as the console needs it. With an API key `kind` is `key` and there is no e-mail. */
export const SignedIn = z.object({
  user: z.object({
    id: z.string(),
    kind: z.enum(['user', 'key', 'cli', 'system']),
    login: z.string().nullable(),
    name: z.string(),
    email: z.string().nullable(),
    roles: z.array(Role),
    permissions: z.array(Permission),
    mustChangePassword: z.boolean(),
    totpEnabled: z.boolean(),
    /** A role of his demands a second factor that he has not set up yet: only session routes answer. */
    totpEnrolmentNeeded: z.boolean(),
  }),
})

export const ChangePassword = z.object({ password: Password, newPassword: Password })

/** Repeats the password before the second factor changes: a borrowed session is not enough. */
export const PasswordAgain = z.object({ password: Password })
export const TotpEnrolment = z.object({ uri: z.string(), secret: z.string() })
export const TotpCode = z.object({ code: z.string().trim().min(6).max(8) })
export const BackupCodes = z.object({ backupCodes: z.array(z.string()) })

export const SessionItem = z.object({
  id: z.string(),
  userId: z.string(),
  createdAt: Moment,
  lastSeenAt: Moment,
  expiresAt: Moment,
  /** The network it was started from, e.g. `203.0.113.0/24`. */
  network: z.string(),
  userAgent: z.string(),
  /** The session that asks. */
  current: z.boolean(),
})
export const SessionList = z.object({ items: z.array(SessionItem) })
export const SessionQuery = z.object({ userId: z.uuid().optional() })

export const UserItem = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  roles: z.array(Role),
  disabled: z.boolean(),
  mustChangePassword: z.boolean(),
  totpEnabled: z.boolean(),
  /** Sign-in is refused until then after too many failures. */
  lockedUntil: Moment.nullable(),
  lastSignInAt: Moment.nullable(),
  createdAt: Moment,
})
export const UserList = z.object({ items: z.array(UserItem) })
export const NewUser = z.object({ login: Login, name: Name.optional(), email: Email.nullish(), roles: Roles })
export const UserPatch = z
  .object({
    name: Name,
    email: Email.nullable(),
    roles: Roles,
    disabled: z.boolean(),
    /** Takes the second factor away from somebody who lost it. */
    totpEnabled: z.literal(false),
  })
  .partial()
/** `password` works once: it has to be changed at the next sign-in. It is shown nowhere again. */
export const UserWithPassword = z.object({ user: UserItem, password: z.string() })

export const KeyItem = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  roles: z.array(Role),
  scope: z.array(Permission).nullable(),
  expiresAt: Moment.nullable(),
  revokedAt: Moment.nullable(),
  lastUsedAt: Moment.nullable(),
  createdAt: Moment,
  createdBy: z.string(),
})
export const KeyList = z.object({ items: z.array(KeyItem) })
export const NewKey = z
  .object({
    name: Name,
    roles: Roles.optional(),
    role: Role.optional(),
    scope: z.array(Permission).min(1).nullish(),
    expiresAt: Moment.nullish(),
  })
  .refine((key) => key.roles !== undefined || key.role !== undefined, { path: ['roles'], error: 'name at least one' })
/** `key` is shown this once. */
export const CreatedKey = z.object({ id: z.string(), key: z.string() })

export const RoleList = z.object({ items: z.array(z.object({ role: Role, permissions: z.array(Permission) })) })
export const ById = z.object({ id: z.uuid() })
