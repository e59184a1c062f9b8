import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../i18n/text.ts'

export interface Column<T> {
  key: string
  title: string
  cell: (row: T) => ReactNode
  /** `lead` is the card's title on a phone; `bare` stands there without its label; `wide` is left out there. */
  card?: 'lead' | 'bare' | 'wide'
  align?: 'right'
  /** As narrow as its content. */
  fit?: boolean
}

/** A table on a wide screen; on a phone each row becomes a card. */
export const Table = <T,>({
  label,
  columns,
  rows,
  rowKey,
  blank,
  more,
}: {
  /** What the table lists, for those who hear it. */
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string | number
  blank: ReactNode
  more?: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>
}) => {
  const t = useText()
  if (rows.length === 0) return <>{blank}</>
  return (
    <>
      <div className="table-scroll">
        <table className="table table-cards" aria-label={label}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={classes(column)}>
                  {column.title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <td key={column.key} data-label={column.title} className={classes(column)}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more?.hasNextPage && (
        <div className="table-more">
          <Button loading={more.isFetchingNextPage} onClick={() => more.fetchNextPage()}>
            {t.ui.more}
          </Button>
        </div>
      )}
    </>
  )
}

const classes = <T,>({ align, fit, card }: Column<T>) =>
  [align ?? '', fit ? 'fit' : '', card === 'wide' ? 'wide-only' : (card ?? '')].filter(Boolean).join(' ')
