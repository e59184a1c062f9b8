import { permissionsOf, roles } from '#platform'
import { features } from '../../src/features.ts'

/** Every route with its permission. */
export const routes = features.flatMap((feature) =>
  (feature.routes ?? []).map((route) => ({ feature: feature.name, ...route })),
)

/** Whether a role may call a route. */
export const may = (role: (typeof roles)[number], can: (typeof routes)[number]['can']): boolean =>
  can === 'anyone' || can === 'self' || permissionsOf([role]).has(can)

/** The page `docs/permissions.md`: all routes × roles. */
export const permissionsPage = (): string => {
  const lines = routes
    .map(({ verb, path, can, localOnly }) => ({
      sort: `${path} ${verb}`,
      line: `| \`${verb} /api${path}\` | ${localOnly ? 'command line only' : can} | ${roles.map((role) => (!localOnly && may(role, can) ? '✓' : '')).join(' | ')} |`,
    }))
    .sort((a, b) => (a.sort < b.sort ? -1 : 1))
    .map(({ line }) => line)
  return `# Who may do what

Made from the routes and \`src/platform/permissions.ts\`: \`node test/permissions/write.ts\` writes it, a test compares it.
\`anyone\` needs no sign-in; \`self\` is any signed-in person or key, about himself. The command line on the machine that holds the
data directory may do everything.

| route | permission | ${roles.join(' | ')} |
|---|---|${roles.map(() => '---').join('|')}|
${lines.join('\n')}
`
}
