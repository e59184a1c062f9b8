import { problems } from '#platform'

export const problem = problems('quality', {
  ruleUnknown: { status: 404, title: 'There is no such rule' },
  ruleNameTaken: { status: 409, title: 'A rule with this name exists' },
  ruleUnfit: { status: 400, title: 'The check does not fit what it is put on' },
  patternWrong: { status: 400, title: 'The pattern cannot be read' },
  tooManyRules: { status: 409, title: 'There can be at most 500 rules' },
  runGoesOn: { status: 409, title: 'This runs already', retryAfterSeconds: 2 },
  recipeUnknown: { status: 404, title: 'There is no such recipe' },
  recipeNameTaken: { status: 409, title: 'A recipe with this name exists' },
  recipeUnfit: { status: 400, title: 'A step of the recipe does not fit what it is used on' },
  cleaningUnknown: { status: 404, title: 'There is no such cleaning' },
  cleaningOver: { status: 409, title: 'The cleaning is not in a state that allows this' },
  listsMissing: { status: 409, title: 'This program keeps no lists of customers' },
})
