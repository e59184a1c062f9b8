import './subjects.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { type Subject, type SubjectKind, subjectKinds } from '../../../../src/opinion/subjects/subject-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { FiltersPanel } from './filters-panel.tsx'
import { RematchPanel } from './rematch-panel.tsx'
import { Sparkline } from './sparkline.tsx'
import { listSubjects } from './subject-calls.ts'
import { SubjectDialog } from './subject-dialog.tsx'

/** Products under their brand: each subject after the one it belongs to. */
const inOrder = (all: readonly Subject[]): { subject: Subject; depth: number }[] => {
  const known = new Set(all.map(({ id }) => id))
  const under = (parent: number | null, depth: number): { subject: Subject; depth: number }[] =>
    all
      .filter(({ parentId }) => (parent === null ? parentId === null || !known.has(parentId) : parentId === parent))
      .flatMap((subject) => [{ subject, depth }, ...under(subject.id, depth + 1)])
  return under(null, 0)
}

/** Whom we watch. */
export const SubjectsPage = () => {
  const t = useText()
  const words = t.subjects
  const format = useFormats()
  const can = useCan()
  const [side, setSide] = useState<'all' | 'ours' | 'others'>('all')
  const [kind, setKind] = useState<SubjectKind>()
  const [text, setText] = useState('')
  const [adding, setAdding] = useState(false)
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'list'],
    queryFn: ({ signal }) => listSubjects(signal),
    refetchInterval: 30_000,
  })
  const add = can('opinion.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      {words.add}
    </Button>
  )
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={add}>
      <Loaded query={subjects} lines={8}>
        {({ items, book }) => {
          const fitting = items.filter(
            (one) =>
              (side === 'all' || one.own === (side === 'ours')) &&
              (kind === undefined || one.kind === kind) &&
              one.name.toLowerCase().includes(text.trim().toLowerCase()),
          )
          return (
            <>
              <Panel flush>
                <div className="panel-body subject-bar">
                  <Tabs
                    label={words.kind}
                    value={side}
                    onChange={setSide}
                    items={[
                      { key: 'all', label: words.all },
                      { key: 'ours', label: words.ours },
                      { key: 'others', label: words.others },
                    ]}
                  />
                  <Select
                    allowClear
                    aria-label={words.kind}
                    placeholder={words.kind}
                    style={{ minWidth: 120 }}
                    {...(kind !== undefined && { value: kind })}
                    onChange={(value: SubjectKind | undefined) => setKind(value)}
                    options={subjectKinds.map((value) => ({ value, label: words.kinds[value] }))}
                  />
                  <span data-page-search>
                    <Input
                      allowClear
                      aria-label={words.search}
                      placeholder={words.search}
                      value={text}
                      onChange={({ target }) => setText(target.value)}
                    />
                  </span>
                  <span className="muted small subject-book">
                    {book.inForce === book.version
                      ? words.book(format.count(book.version), format.dayHour(book.changedAt))
                      : words.bookBehind}
                  </span>
                </div>
                <Table
                  label={words.title}
                  rows={inOrder(fitting)}
                  rowKey={({ subject }) => subject.id}
                  blank={
                    items.length === 0 ? (
                      <Blank icon="eye" title={words.none} hint={words.noneHint}>
                        {add}
                      </Blank>
                    ) : (
                      <Blank icon="search" title={words.noneFit} />
                    )
                  }
                  columns={[
                    {
                      key: 'name',
                      title: words.name,
                      card: 'lead',
                      cell: ({ subject, depth }) => (
                        <span className="subject-name" style={{ paddingLeft: depth * 18 }}>
                          <i style={{ background: subject.colour }} />
                          <Link className="strong" to="/opinion/subjects/$id" params={{ id: String(subject.id) }}>
                            {subject.name}
                          </Link>
                          {subject.state === 'off' && <Badge>{words.states.off}</Badge>}
                        </span>
                      ),
                    },
                    {
                      key: 'kind',
                      title: words.kind,
                      cell: ({ subject }) => (
                        <span>
                          {words.kinds[subject.kind]}
                          {subject.kind === 'partner' && subject.role in words.roles && (
                            <span className="muted"> · {words.roles[subject.role as keyof typeof words.roles]}</span>
                          )}
                        </span>
                      ),
                    },
                    {
                      key: 'rules',
                      title: words.rules,
                      align: 'right',
                      cell: ({ subject }) =>
                        subject.rules === 0 ? <Badge tone="warn">0</Badge> : format.count(subject.rules),
                    },
                    {
                      key: 'day',
                      title: words.mentions24h,
                      align: 'right',
                      cell: ({ subject }) => format.count(subject.mentions24h),
                    },
                    {
                      key: 'month',
                      title: words.mentions30d,
                      align: 'right',
                      cell: ({ subject }) => format.count(subject.mentions30d),
                    },
                    {
                      key: 'negative',
                      title: words.negative,
                      align: 'right',
                      cell: ({ subject }) =>
                        subject.mentions30d === 0 ? '—' : format.share(subject.negative30d / subject.mentions30d),
                    },
                    {
                      key: 'trend',
                      title: words.trend,
                      card: 'wide',
                      cell: ({ subject }) => (
                        <Sparkline
                          values={subject.daily}
                          colour={subject.colour}
                          label={`${words.trend} ${format.count(subject.mentions30d)}`}
                        />
                      ),
                    },
                    {
                      key: 'last',
                      title: words.lastHit,
                      cell: ({ subject }) => (subject.lastHitAt ? <Ago at={subject.lastHitAt} /> : words.never),
                    },
                    { key: 'owner', title: words.owner, cell: ({ subject }) => subject.owner ?? '—' },
                  ]}
                />
              </Panel>
              {adding && <SubjectDialog all={items} onClose={() => setAdding(false)} />}
            </>
          )
        }}
      </Loaded>
      <FiltersPanel />
      <RematchPanel />
    </Page>
  )
}
