import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import {
  addTemplate,
  fillTemplate,
  listFacts,
  listTemplates,
  retireTemplate,
  type StatementFinding,
  type StatementKind,
} from './statement-calls.ts'

/** What is wrong with the text. */
export const Findings = ({ findings }: { findings: readonly StatementFinding[] }) => {
  const t = useText()
  const words = t.statements
  if (findings.length === 0) return <Notice tone="good">{words.checksClean}</Notice>
  return (
    <ul className="stack">
      {findings.map((finding) => (
        <li key={`${finding.rule}/${finding.where}/${finding.start}`} className="small">
          <Badge tone={finding.action === 'block' ? 'bad' : 'warn'}>
            {finding.action === 'block' ? words.block : words.flag}
          </Badge>{' '}
          {words.findings[finding.reason] ?? t.creatives.reasons[finding.reason] ?? words.otherFinding}
          {finding.matched && <span className="strong"> “{finding.matched}”</span>}
        </li>
      ))}
    </ul>
  )
}

/** Facts that may be cited. */
export const FactsPanel = ({
  facts,
  may,
  onChange,
  onInsert,
}: {
  facts: readonly number[]
  may: boolean
  onChange: (facts: number[]) => void
  onInsert: (text: string) => void
}) => {
  const t = useText()
  const words = t.statements
  const format = useFormats()
  const known = useQuery({ queryKey: ['statements', 'facts'], queryFn: ({ signal }) => listFacts(signal) })
  return (
    <Panel title={words.facts}>
      <p className="muted small">{words.factsHint}</p>
      <Loaded query={known} lines={3} compact>
        {({ items }) => {
          const shown = may ? items : items.filter(({ id }) => facts.includes(id))
          if (shown.length === 0) return <p className="muted small">{words.factsNone}</p>
          return (
            <>
              {shown.map((fact) => (
                <div key={fact.id} className="statement-fact small">
                  <Checkbox
                    disabled={!may}
                    checked={facts.includes(fact.id)}
                    onChange={(event) =>
                      onChange(event.target.checked ? [...facts, fact.id] : facts.filter((id) => id !== fact.id))
                    }
                  >
                    <span className="strong">{fact.claim}</span>
                  </Checkbox>
                  <div>{fact.fact}</div>
                  <div className="row muted">
                    {fact.validUntil && <span>{words.until(format.date(fact.validUntil))}</span>}
                    {may && facts.includes(fact.id) && (
                      <Button size="small" type="link" onClick={() => onInsert(fact.fact)}>
                        {words.insertFact}
                      </Button>
                    )}
                  </div>
                </div>
              ))}
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}

/** Templates of the kind, and keeping the text as one. */
export const TemplatePicker = ({
  kind,
  story,
  facts,
  text,
  onPick,
}: {
  kind: StatementKind
  story: string
  facts: number[]
  text: { title: string; body: string }
  onPick: (filled: { title: string; body: string }) => void
}) => {
  const t = useText()
  const words = t.statements
  const fail = useFailureToast()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const templates = useQuery({ queryKey: ['statements', 'templates'], queryFn: ({ signal }) => listTemplates(signal) })
  const fill = useMutation({
    mutationFn: (given: { title: string; body: string }) => fillTemplate({ ...given, story, facts }),
    onSuccess: onPick,
    onError: fail,
  })
  const keep = useMutation({
    mutationFn: () => addTemplate({ kind, name: name.trim(), ...text }),
    onSuccess: (data) => {
      setNaming(false)
      client.setQueryData(['statements', 'templates'], data)
      message.success(words.templateSaved)
    },
    onError: fail,
  })
  const retire = useMutation({
    mutationFn: retireTemplate,
    onSuccess: (data) => client.setQueryData(['statements', 'templates'], data),
    onError: fail,
  })
  const items = (templates.data?.items ?? []).filter((one) => one.kind === kind)
  return (
    <span className="row">
      <Select
        size="small"
        aria-label={words.template}
        placeholder={words.template}
        style={{ minWidth: 150 }}
        value={null}
        loading={templates.isFetching || fill.isPending}
        onChange={(at: number | null) => {
          const chosen = at === null ? undefined : items[at]
          if (chosen) fill.mutate({ title: chosen.title, body: chosen.body })
        }}
        options={items.map((one, value) => ({
          value,
          label: one.id === null ? one.name : `${one.name}（${words.templateOwn}）`,
        }))}
      />
      <Button size="small" type="text" disabled={text.body === ''} onClick={() => setNaming(true)}>
        {words.saveTemplate}
      </Button>
      {naming && (
        <Modal
          open
          title={words.saveTemplate}
          onCancel={() => setNaming(false)}
          okButtonProps={{ loading: keep.isPending, disabled: name.trim() === '' || text.title === '' }}
          onOk={() => keep.mutate()}
        >
          <div className="stack-16">
            <Field label={words.templateName}>
              <Input autoFocus maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            {items
              .filter(({ id }) => id !== null)
              .map((one) => (
                <div key={one.id} className="row row-between small">
                  {one.name}
                  <Button size="small" type="text" onClick={() => one.id !== null && retire.mutate(one.id)}>
                    {words.retireTemplate}
                  </Button>
                </div>
              ))}
          </div>
        </Modal>
      )}
    </span>
  )
}
