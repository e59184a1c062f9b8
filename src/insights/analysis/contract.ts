export * from './answer-contract.ts'
export * from './question-contract.ts'
export * from './report-contract.ts'
