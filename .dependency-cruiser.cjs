// Import borders. Calls go down this list, events go up: a feature may import those before it, never those after it.
const features = [
  'platform',
  'compliance',
  'customers',
  'audiences',
  'insights',
  'models',
  'risk',
  'opinion',
  'campaigns',
  'simulator',
]

// Its own tests may reach anywhere a test needs to.
const code = (feature) => ({ path: `^src/${feature}/`, pathNot: '\\.test\\.ts$' })

const order = features.slice(0, -1).map((feature, position) => ({
  name: `${feature}-is-below`,
  comment: `${feature} must not know the features above it: emit an event, or let src/features.ts walk a field of the declaration.`,
  severity: 'error',
  from: code(feature),
  to: { path: `^src/(${features.slice(position + 1).join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...order,
    {
      name: 'through-the-face',
      comment: 'Another feature is imported through its index.ts (#name), or its contract.ts by a contract.ts.',
      severity: 'error',
      from: { path: `^src/(${features.join('|')})/` },
      to: {
        path: `^src/(${features.join('|')})/`,
        pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/[^/]+/contract\\.ts$'],
      },
    },
    {
      name: 'contract-of-another',
      comment:
        'Only a contract.ts (shared with the console) takes another contract directly; other code uses the face.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: 'contract\\.ts$' },
      to: { path: '^src/[^/]+/contract\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'contract-is-pure',
      comment: 'A contract runs in the browser too: schemas and types, nothing that reads or writes.',
      severity: 'error',
      from: { path: '^src/.+contract\\.ts$' },
      to: { pathNot: ['contract\\.ts$', 'node_modules/zod/', '^src/platform/permissions\\.ts$'] },
    },
    {
      name: 'features-below-the-program',
      comment: 'main, app and features put the features together; no feature imports them.',
      severity: 'error',
      from: { path: `^src/(${features.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'console-knows-contracts',
      comment: 'The console shares contract.ts files with the server and nothing else.',
      severity: 'error',
      from: { path: '^console/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(src|test|bench|scripts)/', pathNot: ['^src/.+contract\\.ts$', '^src/platform/permissions\\.ts$'] },
    },
    {
      name: 'server-without-console',
      severity: 'error',
      from: { path: '^(src|bench)/' },
      to: { path: '^console/' },
    },
    {
      name: 'product-without-tests',
      comment: 'What ships does not import what proves it.',
      severity: 'error',
      from: { path: '^(src|console)/', pathNot: '\\.test\\.ts$' },
      to: { path: ['^(test|bench)/', '\\.test\\.ts$'] },
    },
    {
      name: 'product-without-dev-dependencies',
      comment: 'npm ci --omit=dev must leave a server that starts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'declared-packages',
      comment: 'A package is used only when package.json names it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      comment: 'Type imports may go in circles (ctx names everything that takes ctx); code may not.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // swc, because dependency-cruiser cannot use TypeScript 7 as a parser.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^console/dist/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
