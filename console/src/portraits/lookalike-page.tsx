import './portraits.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Button, Input, InputNumber, Modal, Slider } from 'antd'
import { useState } from 'react'
import { ApiProblem } from '../api.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Meter, Notice, Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { Curve, pointAt } from './curve.tsx'
import { underway } from './lookalikes-page.tsx'
import { cancelLookalike, getLookalike, saveLookalike } from './portrait-calls.ts'
import type { Driver, Lookalike } from './portrait-shapes.ts'
import { useSay } from './say.ts'

export const LookalikePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/lookalikes/$id' })
  const client = useQueryClient()
  const fail = useFailureToast()
  const lookalike = useQuery({
    queryKey: ['lookalikes', id],
    queryFn: ({ signal }) => getLookalike(id, signal),
    refetchInterval: ({ state }) => (state.data && underway(state.data) ? 700 : false),
  })
  const cancel = useMutation({
    mutationFn: () => cancelLookalike(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['lookalikes'] }),
    onError: fail,
  })
  const back = { to: '/lookalikes', label: t.portraits.lookalike.title } as const
  const { data } = lookalike
  if (!data) {
    return (
      <Page title={t.portraits.lookalike.title} back={back}>
        <Panel>
          <Loaded query={lookalike}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return (
    <Page title={data.name} back={back} subtitle={`${t.portraits.lookalike.seed} ${data.seed.name}`}>
      {data.error && (
        <Notice tone="bad">
          {problemText(t, new ApiProblem({ code: data.error, status: 400, title: data.error }))}
        </Notice>
      )}
      {underway(data) && (
        <Panel>
          <div className="stack" role="status">
            <p>{t.portraits.lookalike.running}</p>
            <Meter label={t.portraits.lookalike.running} share={data.progress} />
            <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t.ui.cancel}
            </Button>
          </div>
        </Panel>
      )}
      {data.result && <Result lookalike={data} result={data.result} />}
    </Page>
  )
}

const Result = ({ lookalike, result }: { lookalike: Lookalike; result: NonNullable<Lookalike['result']> }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const traitTitle = useTraitTitles()
  const most = result.curve.at(-1)?.size ?? 1
  const [size, setSize] = useState(() => Math.max(1, Math.min(most, Math.round(most / 10))))
  const [saving, setSaving] = useState(false)
  const point = pointAt(result.curve, size)
  const titleOf = (field: { key: string; title: string }) => {
    if (field.key.startsWith('trait:')) return traitTitle(field.key.slice('trait:'.length))
    return t.eventNames[field.title] ?? field.title
  }
  return (
    <>
      <div className="tiles">
        <Tile
          label={t.portraits.lookalike.auc}
          value={result.auc === null ? '—' : result.auc.toFixed(3)}
          note={t.portraits.lookalike.aucHint(format.count(result.heldOut))}
        />
        <Tile label={t.portraits.lookalike.seed} value={format.count(result.seedSize)} unit={t.portraits.people} />
        <Tile
          label={t.portraits.lookalike.candidates}
          value={format.count(result.candidates)}
          unit={t.portraits.people}
          note={t.portraits.asOf(format.dateTime(result.asOf))}
        />
      </div>
      <Panel title={t.portraits.lookalike.curve}>
        <div className="stack-16">
          <p className="muted small">{t.portraits.lookalike.curveHint}</p>
          <Curve curve={result.curve} size={size} />
          <div className="fields-2">
            <Field label={t.portraits.lookalike.size}>
              <InputNumber
                style={{ width: '100%' }}
                aria-label={t.portraits.lookalike.size}
                min={1}
                max={most}
                precision={0}
                value={size}
                onChange={(value) => setSize(value ?? 1)}
              />
            </Field>
            <div className="field">
              <Slider
                ariaLabelForHandle={t.portraits.lookalike.size}
                min={1}
                max={most}
                value={size}
                onChange={setSize}
                tooltip={{ formatter: (value) => format.count(value ?? 0) }}
              />
            </div>
          </div>
          {point && (
            <div className="row row-between">
              <p aria-live="polite">
                {t.portraits.lookalike.similarity} <strong>{point.similarity.toFixed(1)}</strong> ·{' '}
                {t.portraits.lookalike.lowest} <strong>{point.lowest.toFixed(1)}</strong>
                {point.recall !== null && (
                  <>
                    {' '}
                    · {t.portraits.lookalike.recall} <strong>{format.share(point.recall)}</strong>
                  </>
                )}
              </p>
              {can('audiences.write') && (
                <Button type="primary" onClick={() => setSaving(true)}>
                  {t.portraits.lookalike.save}
                </Button>
              )}
            </div>
          )}
        </div>
      </Panel>
      <Panel title={t.portraits.lookalike.drivers} flush>
        <p className="muted small panel-body">{t.portraits.lookalike.driversHint}</p>
        <Drivers drivers={result.drivers} titleOf={titleOf} />
      </Panel>
      {result.leftOut.length > 0 && (
        <Panel title={t.portraits.lookalike.leftOut}>
          <ul className="gate-classes">
            {result.leftOut.map((one) => (
              <li key={one.key}>
                {titleOf(one)}
                <span className="muted">：{t.portraits.lookalike.why[one.why]}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {saving && <SaveDialog lookalike={lookalike} size={size} onClose={() => setSaving(false)} />}
    </>
  )
}

const Drivers = ({
  drivers,
  titleOf,
}: {
  drivers: readonly Driver[]
  titleOf: (field: { key: string; title: string }) => string
}) => {
  const t = useText()
  const say = useSay()
  const format = useFormats()
  const most = Math.max(0.001, ...drivers.map(({ information }) => information))
  return (
    <Table
      label={t.portraits.lookalike.drivers}
      rows={drivers}
      rowKey={({ key }) => key}
      blank={null}
      columns={[
        { key: 'field', title: t.portraits.class, card: 'lead', cell: (row) => titleOf(row) },
        {
          key: 'information',
          title: t.portraits.lookalike.information,
          cell: (row) => (
            <div className="portrait-rank-bar" title={row.information.toFixed(3)}>
              <span style={{ width: `${(row.information / most) * 100}%`, background: 'var(--teal)' }} />
            </div>
          ),
        },
        {
          key: 'typical',
          title: t.portraits.lookalike.typical,
          cell: (row) => (
            <div className="driver-classes">
              {[...row.classes]
                .sort((a, b) => b.weight * b.seedShare - a.weight * a.seedShare)
                .slice(0, 2)
                .map((one) => (
                  <span key={one.label.zh}>
                    {say(one.label)}
                    <span className="muted small">
                      {' '}
                      {t.portraits.lookalike.seedShare} {format.share(one.seedShare)} ·{' '}
                      {t.portraits.lookalike.baseShare} {format.share(one.baseShare)} · {t.portraits.lookalike.weight}{' '}
                      {one.weight.toFixed(2)}
                    </span>
                  </span>
                ))}
            </div>
          ),
        },
      ]}
    />
  )
}

const SaveDialog = ({ lookalike, size, onClose }: { lookalike: Lookalike; size: number; onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(`${lookalike.name} ${format.count(size)}`.slice(0, 100))
  const [why, setWhy] = useState('')
  const save = useMutation({
    mutationFn: () => saveLookalike(lookalike.id, { name: name.trim(), why: why.trim(), size }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      await navigate({ to: '/lists/$id', params: { id } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.portraits.lookalike.saveTitle(format.count(size))}
      onCancel={onClose}
      okText={t.portraits.lookalike.save}
      okButtonProps={{ disabled: name.trim() === '', loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <Field label={t.portraits.name}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.portraits.why} hint={t.portraits.whyHint}>
          <Input value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
