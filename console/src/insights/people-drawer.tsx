import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer, Input } from 'antd'
import { useState } from 'react'
import { CustomerTable } from '../customers/customers-page.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { peopleBehind, saveList } from './insight-calls.ts'
import type { AskedQuestion, Place } from './insight-shapes.ts'

export interface Behind {
  place: Place
  /** The number in words: which step, which day. */
  title: string
}

/** The people behind a number: who they are, by permission, and a list of them in one click. */
export const PeopleDrawer = ({
  question,
  behind,
  onClose,
}: {
  question: AskedQuestion
  behind: Behind
  onClose: () => void
}) => {
  const t = useText()
  const words = t.insights
  const format = useFormats()
  const can = useCan()
  const fail = useFailureToast()
  const [name, setName] = useState(behind.title.slice(0, 100))
  const [why, setWhy] = useState('')
  const people = useInfiniteQuery({
    queryKey: ['insights', 'people', question, behind.place],
    queryFn: ({ pageParam, signal }) =>
      peopleBehind({ question, place: behind.place, limit: 20, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: can('customers.read'),
  })
  const save = useMutation({
    mutationFn: () => saveList({ question, place: behind.place, name: name.trim(), why: why.trim() }),
    onError: fail,
  })
  const total = people.data?.pages[0]?.total
  return (
    <Drawer
      open
      onClose={onClose}
      size={Math.min(760, window.innerWidth)}
      title={
        <span>
          {behind.title}
          {total !== undefined && <span className="panel-note q-note">{words.behindCount(format.count(total))}</span>}
        </span>
      }
    >
      {save.data && (
        <Notice tone="good">
          {words.listSaved(format.count(save.data.size))}{' '}
          <Link to="/lists/$id" params={{ id: save.data.id }}>
            {words.openList}
          </Link>
        </Notice>
      )}
      {can('audiences.write') && !save.data && (
        <form
          className="q-save"
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() !== '') save.mutate()
          }}
        >
          <Field label={words.listName}>
            <Input value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />
          </Field>
          <Field label={words.listWhy}>
            <Input value={why} maxLength={1_000} onChange={({ target }) => setWhy(target.value)} />
          </Field>
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={name.trim() === '' || total === 0}
            icon={<Icon name="audiences" size={16} />}
          >
            {words.saveAsList}
          </Button>
        </form>
      )}
      {can('customers.read') ? (
        <Loaded query={people} lines={8}>
          {({ pages }) => <CustomerTable rows={pages.flatMap(({ items }) => items)} searching more={people} />}
        </Loaded>
      ) : (
        <Blank icon="lock" title={words.noReading} compact />
      )}
    </Drawer>
  )
}
