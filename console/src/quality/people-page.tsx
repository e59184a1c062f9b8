import './quality.css'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { App, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { getPeople, getRule, savePeople } from './quality-calls.ts'
import type { PeopleSearch } from './quality-shapes.ts'
import { scoreText } from './share.tsx'

/** The customers behind a number, and the way to keep them as a list. */
export const PeoplePage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const search = useSearch({ from: '/inside/quality/people' })
  const title = usePeopleTitle(search)
  const [saving, setSaving] = useState(false)
  const people = useInfiniteQuery({
    queryKey: ['quality', 'people', search],
    queryFn: ({ signal, pageParam }) => getPeople({ ...search, limit: 50, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const total = people.data?.pages[0]?.total ?? 0
  return (
    <Page
      title={title}
      back={{ to: search.what === 'rule' ? '/quality/rules' : '/quality', label: t.quality.title }}
      subtitle={people.data && t.quality.people(format.count(total))}
      actions={
        can('audiences.write') &&
        total > 0 && (
          <Button type="primary" icon={<Icon name="audiences" size={16} />} onClick={() => setSaving(true)}>
            {t.quality.saveList}
          </Button>
        )
      }
    >
      <Panel flush>
        <Loaded query={people}>
          {({ pages }) => (
            <Table
              label={t.quality.behind}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={(row) => row.id}
              more={people}
              blank={<Blank icon="customers" title={t.quality.noPeople} hint={t.quality.noPeopleHint} />}
              columns={[
                {
                  key: 'customer',
                  title: t.quality.customer,
                  card: 'lead',
                  cell: (row) => (
                    <Link className="strong" to="/customers/$id" params={{ id: row.id }}>
                      {row.display.name ?? row.display.phone ?? `#${row.id}`}
                    </Link>
                  ),
                },
                {
                  key: 'value',
                  title: t.quality.value,
                  cell: (row) => row.value ?? <span className="muted">—</span>,
                },
                {
                  key: 'score',
                  title: t.quality.score,
                  align: 'right',
                  fit: true,
                  cell: (row) => (row.score === null ? '—' : scoreText(row.score)),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {saving && <SaveDialog search={search} title={title} onClose={() => setSaving(false)} />}
    </Page>
  )
}

const usePeopleTitle = ({ what, trait = '', band = 0, rule }: PeopleSearch): string => {
  const t = useText()
  const titles = useTraitTitles()
  const found = useQuery({
    queryKey: ['quality', 'rule', rule],
    queryFn: ({ signal }) => getRule(rule ?? '', signal),
    enabled: what === 'rule' && rule !== undefined,
  })
  if (what === 'band') return t.quality.whats.band(t.quality.band(band * 10))
  if (what === 'rule') return t.quality.whats.rule(found.data?.name ?? rule ?? '')
  return t.quality.whats[what](titles(trait))
}

const SaveDialog = ({ search, title, onClose }: { search: PeopleSearch; title: string; onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const form = useId()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [name, setName] = useState(title)
  const save = useMutation({
    mutationFn: () => savePeople({ people: search, name: name.trim() }),
    onSuccess: ({ size }) => {
      message.success(t.quality.listSaved(format.count(size)))
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.quality.saveList}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: name.trim() === '', loading: save.isPending }}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') save.mutate()
        }}
      >
        <Field label={t.quality.listName}>
          <Input autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
