import { problem as ofPlatform, problems } from '../problem.ts'

const ofSignIn = problems('platform', {
  signInFailed: { status: 401, title: 'Login or password is wrong, or the code is' },
  totpNeeded: { status: 401, title: 'The code of the second factor is needed' },
  lockedOut: { status: 423, title: 'Too many failed attempts; try again later' },
  passwordChangeNeeded: { status: 403, title: 'Change the one-time password first' },
  totpEnrolmentNeeded: { status: 403, title: 'Your role demands a second factor; set it up first' },
  sessionNeeded: { status: 403, title: 'Only a signed-in person can do this, not an API key' },
  passwordTooShort: { status: 400, title: 'The password has fewer than 12 characters' },
  passwordCommon: { status: 400, title: 'The password is too easy to guess' },
  passwordHoldsLogin: { status: 400, title: 'The password contains the login or the name' },
  passwordUnchanged: { status: 400, title: 'The new password is the old one' },
  passwordWrong: { status: 403, title: 'The password is wrong' },
  totpCodeWrong: { status: 400, title: 'The code is wrong or was used before' },
  totpNotBegun: { status: 409, title: 'Begin setting up the second factor first' },
  totpAlreadyOn: { status: 409, title: 'The second factor is already on' },
  loginTaken: { status: 409, title: 'Somebody has this login or e-mail already' },
  lastAdmin: { status: 409, title: 'The last administrator cannot be disabled or lose the role' },
  expiryPast: { status: 400, title: 'The key would have expired already' },
  scopeBeyondRoles: { status: 400, title: 'The scope names a permission that the roles do not have' },
})

/** The platform's problems and those of sign-in. */
export const problem = { ...ofPlatform, ...ofSignIn }
