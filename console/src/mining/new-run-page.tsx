import './mining.css'
import '../insights/insights.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button, InputNumber, Select } from 'antd'
import { useState } from 'react'
import type { Fields } from '../audiences/audience-shapes.ts'
import { useText } from '../i18n/text.ts'
import { FieldsGiven, useFields } from '../insights/pickers.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { ClustersForm } from './clusters-form.tsx'
import { getRun, startRun } from './mining-calls.ts'
import type { QuestionInput, QuestionOf, RunKind } from './mining-shapes.ts'
import { firstQuestion, isComplete } from './question-draft.ts'
import { RulesForm } from './rules-form.tsx'
import { DaysField, OptionalProperty, PurchaseFields, ScopeFields } from './scope-fields.tsx'

const kinds: readonly RunKind[] = ['rfm', 'value', 'clusters', 'rules']

/** Puts a question together and asks it. */
export const NewMiningRunPage = () => {
  const t = useText()
  const { kind: named } = useParams({ from: '/inside/mining/new/$kind' })
  const { from } = useSearch({ from: '/inside/mining/new/$kind' })
  const kind = kinds.find((one) => one === named) ?? 'rfm'
  const fields = useFields()
  const before = useQuery({
    queryKey: ['mining', 'run', from],
    queryFn: ({ signal }) => getRun(from ?? '', signal),
    enabled: from !== undefined,
  })
  return (
    <Page
      title={t.mining.createOf(t.mining.kinds[kind].name)}
      subtitle={t.mining.kinds[kind].hint}
      back={{ to: '/mining', label: t.mining.title }}
    >
      <Loaded query={fields}>
        {(fields) =>
          from === undefined ? (
            <QuestionForm key={kind} start={firstQuestion(kind)} fields={fields} />
          ) : (
            <Loaded query={before}>{(run) => <QuestionForm start={run.question} fields={fields} />}</Loaded>
          )
        }
      </Loaded>
    </Page>
  )
}

const QuestionForm = ({ start, fields }: { start: QuestionInput; fields: Fields }) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [question, setQuestion] = useState(start)
  const change = (part: Partial<QuestionInput>) => setQuestion(Object.assign({}, question, part))
  const ask = useMutation({
    mutationFn: () => startRun(question),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['mining', 'runs'] })
      await navigate({ to: '/mining/runs/$id', params: { id } })
    },
    onError: fail,
  })
  return (
    <FieldsGiven fields={fields}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          ask.mutate()
        }}
      >
        <Panel>
          <div className="mining-form">
            <ScopeFields value={question} lists={fields.lists} onChange={change} />
            {question.kind === 'rfm' && <RfmForm value={question} onChange={change} />}
            {question.kind === 'value' && <ValueForm value={question} onChange={change} />}
            {question.kind === 'clusters' && <ClustersForm value={question} fields={fields} onChange={change} />}
            {question.kind === 'rules' && <RulesForm value={question} fields={fields} onChange={change} />}
            <div className="wide">
              <Button
                type="primary"
                htmlType="submit"
                icon={<Icon name="play" size={16} />}
                disabled={!isComplete(question)}
                loading={ask.isPending}
              >
                {t.mining.start}
              </Button>
            </div>
          </div>
        </Panel>
      </form>
    </FieldsGiven>
  )
}

const RfmForm = ({
  value,
  onChange,
}: {
  value: QuestionOf<'rfm'>
  onChange: (part: Partial<QuestionOf<'rfm'>>) => void
}) => {
  const t = useText()
  const words = t.mining
  const fixed = value.fixed ?? { recency: 30, frequency: 3, money: 1_000 }
  const bound = (key: keyof typeof fixed, label: string) => (
    <Field label={label}>
      <InputNumber
        aria-label={label}
        min={0}
        value={fixed[key]}
        onChange={(number) => onChange({ fixed: { ...fixed, [key]: number ?? 0 } })}
      />
    </Field>
  )
  return (
    <>
      <PurchaseFields value={value} onChange={onChange} />
      <OptionalProperty
        label={words.invoice}
        hint={words.invoiceHint}
        events={value.event === '' ? [] : [value.event]}
        value={value.invoice}
        onChange={(invoice) => onChange({ invoice })}
      />
      <DaysField label={words.days} hint={words.daysHint} value={value.days} onChange={(days) => onChange({ days })} />
      <Field label={words.quintiles}>
        <Select
          aria-label={words.quintiles}
          value={value.quintiles ?? 'value'}
          onChange={(quintiles) => onChange({ quintiles })}
          options={(['value', 'rank'] as const).map((one) => ({ value: one, label: words.quintileKinds[one] }))}
        />
      </Field>
      <Field label={words.cut}>
        <Select
          aria-label={words.cut}
          value={value.cut ?? 'mean'}
          onChange={(cut) => onChange({ cut, fixed: cut === 'fixed' ? fixed : null })}
          options={(['mean', 'median', 'fixed'] as const).map((one) => ({ value: one, label: words.cuts[one] }))}
        />
      </Field>
      {value.cut === 'fixed' && (
        <>
          {bound('recency', words.cutRecency)}
          {bound('frequency', words.cutFrequency)}
          {bound('money', words.cutMoney)}
        </>
      )}
    </>
  )
}

const ValueForm = ({
  value,
  onChange,
}: {
  value: QuestionOf<'value'>
  onChange: (part: Partial<QuestionOf<'value'>>) => void
}) => {
  const t = useText()
  const words = t.mining
  const percent = (key: 'discountRate' | 'margin', label: string, standing: number) => (
    <Field label={label}>
      <InputNumber
        aria-label={label}
        min={0}
        max={100}
        suffix="%"
        value={Math.round((value[key] ?? standing) * 1000) / 10}
        onChange={(number) => onChange({ [key]: (number ?? 0) / 100 })}
      />
    </Field>
  )
  return (
    <>
      <PurchaseFields value={value} onChange={onChange} />
      <Field label={words.horizon}>
        <InputNumber
          aria-label={words.horizon}
          min={7}
          max={1_830}
          precision={0}
          value={value.horizonDays ?? 365}
          onChange={(days) => onChange({ horizonDays: days ?? 365 })}
        />
      </Field>
      {percent('discountRate', words.discount, 0.1)}
      {percent('margin', words.margin, 1)}
    </>
  )
}
