import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Drawer, Input, InputNumber } from 'antd'
import { useState } from 'react'
import { type PostTermVersion, termKinds } from '../../../../src/opinion/sources/retention-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { changePostTerms, getPostTerms } from './source-calls.ts'

const queryKey = ['opinionSources', 'terms']

/** How long posts are kept, by kind, and what was deleted lately. */
export const PostTermsPanel = () => {
  const words = useText().opinionSources
  const can = useCan()
  const format = useFormats()
  const [changing, setChanging] = useState(false)
  const terms = useQuery({ queryKey, queryFn: ({ signal }) => getPostTerms(signal) })
  return (
    <Panel
      title={words.postTerms}
      extra={
        terms.data &&
        can('opinion.sources') && (
          <Button size="small" onClick={() => setChanging(true)}>
            {words.termsEdit}
          </Button>
        )
      }
    >
      <Loaded query={terms} compact lines={4}>
        {({ current, purges }) => (
          <div className="stack-16">
            <p className="muted small">{words.termsNote}</p>
            <dl className="facts post-terms">
              {termKinds.map((kind) => {
                const days = current.value[kind]
                return (
                  <div key={kind}>
                    <dt>{words.termNames[kind]}</dt>
                    <dd>{days === null ? words.termForever : words.termDays(format.count(days))}</dd>
                  </div>
                )
              })}
            </dl>
            <p className="muted small">
              {words.termsSince(format.dateTime(current.validFrom), current.by)} · {words.termsSource}：{current.source}
            </p>
            <div>
              <strong className="small">{words.purges}</strong>
              {purges.length === 0 ? (
                <p className="muted small">{words.purgeNone}</p>
              ) : (
                <ul className="small">
                  {purges.slice(0, 5).map((round) => (
                    <li key={round.id}>
                      {format.dateTime(round.startedAt)} ·{' '}
                      {words.purgeLine(
                        format.count(round.posts),
                        format.count(round.held),
                        format.count(round.evidence),
                      )}
                      {round.finishedAt === null && ` · ${words.purgeUnderway}`}
                    </li>
                  ))}
                </ul>
              )}
            </div>
            {changing && <TermsDrawer current={current} onClose={() => setChanging(false)} />}
          </div>
        )}
      </Loaded>
    </Panel>
  )
}

const TermsDrawer = ({ current, onClose }: { current: PostTermVersion; onClose: () => void }) => {
  const t = useText()
  const words = t.opinionSources
  const client = useQueryClient()
  const fail = useFailureToast()
  const [value, setValue] = useState(current.value)
  const [source, setSource] = useState(current.source)
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () => changePostTerms({ value, source: source.trim(), reason: reason.trim(), basedOn: current.id }),
    onSuccess: (view) => {
      client.setQueryData(queryKey, view)
      onClose()
    },
    onError: fail,
  })
  const ready = source.trim().length >= 2 && reason.trim().length >= 2
  return (
    <Drawer
      open
      onClose={onClose}
      size={480}
      title={words.termsChange}
      footer={
        <div className="row row-between">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button type="primary" disabled={!ready} loading={save.isPending} onClick={() => save.mutate()}>
            {t.ui.save}
          </Button>
        </div>
      }
    >
      <div className="stack-16">
        {termKinds.map((kind) => (
          <Field key={kind} label={words.termNames[kind]}>
            <InputNumber
              min={1}
              max={3_650}
              precision={0}
              placeholder={words.termForever}
              aria-label={words.termNames[kind]}
              value={value[kind]}
              onChange={(days) => setValue({ ...value, [kind]: days })}
            />
          </Field>
        ))}
        <Field label={words.termsSource}>
          <Input.TextArea
            autoSize
            maxLength={500}
            aria-label={words.termsSource}
            value={source}
            onChange={(event) => setSource(event.target.value)}
          />
        </Field>
        <Field label={words.termsReason}>
          <Input
            maxLength={500}
            aria-label={words.termsReason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Drawer>
  )
}
