import { fields } from './corpora.ts'

/** How sharply the field with the highest margin wins over the others. */
const sharpness = 4

/** Outputs of the model: the line for all, then which field, then the expert of each field. */
export const reviewOutputs = ['all', ...fields.map((field) => `is-${field}`), ...fields.map((field) => `in-${field}`)]

/**
 * The margin of a text being positive: the line for all reviews plus those of the experts, each counting as likely as the text
 * is of its field.
 * @param margins as the model told them, in the order of `reviewOutputs`
 */
export const reviewMargin = (margins: ArrayLike<number>): number => {
  const count = fields.length
  let total = 0
  let sum = 0
  for (let k = 0; k < count; k++) {
    const weight = Math.exp(sharpness * Math.min(margins[1 + k] ?? 0, 8))
    total += weight
    sum += weight * (margins[1 + count + k] ?? 0)
  }
  return (margins[0] ?? 0) + sum / total
}
