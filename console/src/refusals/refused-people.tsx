import './refusals.css'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer } from 'antd'
import { useText } from '../i18n/text.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { getRefusedPeople } from './refusal-calls.ts'
import type { Refusal } from './refusal-shapes.ts'

/** Who was refused for a reason, masked, each leading to his profile. */
export const RefusedPeople = ({
  campaignId,
  code,
  step,
  onClose,
}: {
  campaignId: number
  code: Refusal
  step?: string | undefined
  onClose: () => void
}) => {
  const t = useText()
  const words = t.refusals
  const people = useInfiniteQuery({
    queryKey: ['refusals', 'people', campaignId, code, step],
    queryFn: ({ pageParam, signal }) => getRefusedPeople(campaignId, { code, step, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Drawer open onClose={onClose} size={420} title={words.peopleTitle(words.codes[code].name)}>
      <Loaded query={people} lines={6}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          return items.length === 0 ? (
            <Blank compact title={words.noPeople} />
          ) : (
            <>
              <ul className="send-list">
                {items.map(({ id, display }) => (
                  <li key={id}>
                    <Link to="/customers/$id" params={{ id }}>
                      {display['name'] ?? display['phone'] ?? `#${id}`}
                    </Link>{' '}
                    <span className="muted small">{display['name'] ? (display['phone'] ?? '') : ''}</span>
                  </li>
                ))}
              </ul>
              {people.hasNextPage && (
                <Button block loading={people.isFetchingNextPage} onClick={() => people.fetchNextPage()}>
                  {t.ui.more}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </Drawer>
  )
}
