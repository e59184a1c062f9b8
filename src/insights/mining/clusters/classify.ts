import { type Ctx, ch } from '#platform'
import type { ClustersQuestion, ClustersResult, Column } from '../contract.ts'
import { scopeOf } from '../facts.ts'
import { featuresOf, featureTable } from './features.ts'

const { sql, join, f64, f64s, strings } = ch
type Sql = ch.Sql

/**
 * A cluster model as SQL: everybody the question is about at the moment, newcomers too, with the cluster whose centre is
 * nearest. Values are filled and scaled as the clusters were found with, whatever the figures are now.
 * @returns rows `customer_no, value, label`: the cluster's number and its name
 */
export const classify = async (
  ctx: Ctx,
  question: ClustersQuestion,
  { columns, features: found, clusters }: ClustersResult,
  at: Date,
): Promise<Sql> => {
  const scope = await scopeOf(ctx, { who: question.who, asOf: at })
  const features = (await featuresOf(ctx, scope, question.features)).map((feature, f) => ({
    ...feature,
    values: found[f]?.values ?? [],
  }))
  const cells = columns.map((column) => cellOf(column, found[column.feature]?.values ?? []))
  const centres = join(
    clusters.map(({ centroid }) => sql`${f64s(centroid)}`),
    ', ',
  )
  const needed = question.features.flatMap(({ missing }, f) => (missing === 'drop' ? [sql`not isNaN(${raw(f)})`] : []))
  const usable = needed.length > 0 ? sql` where ${join(needed, ' and ')}` : sql``
  const names = clusters.map(({ no, name }) => name ?? String(no))
  return sql`select customer_no, toNullable(toFloat64(nearest)) as value, ${strings(names)}[nearest] as label from (select no as customer_no, indexOf(distances, arrayMin(distances)) as nearest from (select no, arrayMap(centre -> L2SquaredDistance(centre, [${join(cells, ', ')}]), [${centres}]) as distances from (${featureTable(scope, features)})${usable}))`
}

const raw = (feature: number) => ch.identifier(`x${feature}`)

/** The scaled value of a column; the same as `scaled` in prepare.ts. */
const cellOf = ({ feature, value, log, fill, center, spread }: Column, values: readonly string[]): Sql => {
  const x = sql`toFloat64(${raw(feature)})`
  if (value !== undefined) {
    const holds =
      value === '' ? sql`isNaN(${x})` : value === null ? sql`${x} < 0` : sql`${x} = ${f64(values.indexOf(value))}`
    return sql`(toFloat64(${holds}) - ${f64(center)}) / ${f64(spread)}`
  }
  const filled = sql`if(isNaN(${x}), ${f64(fill)}, ${x})`
  const shown = log ? sql`sign(${filled}) * log1p(abs(${filled}))` : filled
  return sql`(${shown} - ${f64(center)}) / ${f64(spread)}`
}
