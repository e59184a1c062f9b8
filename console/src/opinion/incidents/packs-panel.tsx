import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Checkbox, Input, Modal, Segmented, Select } from 'antd'
import { useId, useState } from 'react'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge, Notice } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { listPacks, makePack, packAnswered, packPosts, packSubmitted, packUrl } from './incident-calls.ts'
import { type Incident, legalBases, type Pack, packCategories, packTargets } from './incident-shapes.ts'

/** Lawful complaints about posts of this incident; made here, handed in by a person. */
export const PacksPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const [making, setMaking] = useState(false)
  const packs = useQuery({
    queryKey: ['incidents', 'packs', incident.id],
    queryFn: ({ signal }) => listPacks(incident.id, signal),
  })
  return (
    <Panel
      title={words.packs}
      extra={
        can('opinion.evidence') &&
        incident.state !== 'closed' && (
          <Button size="small" onClick={() => setMaking(true)}>
            {words.makePack}
          </Button>
        )
      }
    >
      <div className="stack">
        <Notice tone="warn">{words.packLaw}</Notice>
        <Loaded query={packs} lines={2} compact>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted small">{words.noPacks}</p>
            ) : (
              items.map((pack) => <PackLine key={pack.id} pack={pack} incidentId={incident.id} />)
            )
          }
        </Loaded>
      </div>
      {making && <PackDialog incident={incident} onClose={() => setMaking(false)} />}
    </Panel>
  )
}

const PackLine = ({ pack, incidentId }: { pack: Pack; incidentId: number }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const can = useCan()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [asking, setAsking] = useState<'submit' | 'answer'>()
  const [text, setText] = useState('')
  const [answer, setAnswer] = useState<'accepted' | 'partly' | 'refused'>('accepted')
  const change = useMutation({
    mutationFn: () =>
      asking === 'submit' ? packSubmitted(pack.id, text.trim()) : packAnswered(pack.id, answer, text.trim()),
    onSuccess: async () => {
      setAsking(undefined)
      setText('')
      await client.invalidateQueries({ queryKey: ['incidents', 'packs', incidentId] })
      await client.invalidateQueries({ queryKey: ['incidents', 'entries', incidentId] })
    },
    onError: fail,
  })
  const may = can('opinion.evidence')
  return (
    <div className="event-row">
      <div className="row row-between">
        <span className="strong">
          {pack.target === '12377' ? '12377' : pack.platform} · {words.packCategories[pack.category]}
        </span>
        {pack.answer ? (
          <Badge tone={pack.answer === 'refused' ? 'bad' : 'good'}>{words.packAnswers[pack.answer]}</Badge>
        ) : pack.submittedAt ? (
          <Badge tone="blue">{words.packSent(format.dayHour(pack.submittedAt))}</Badge>
        ) : (
          <Badge>{words.packWaiting}</Badge>
        )}
      </div>
      <div className="row small muted">
        <span>{words.posts(format.count(pack.posts.length))}</span>
        <span>{format.bytes(pack.bytes)}</span>
        <span>{pack.madeBy}</span>
        <code className="hash">{pack.sha256.slice(0, 12)}</code>
        {pack.receipt && <span>{pack.receipt}</span>}
      </div>
      {may && (
        <div className="row">
          <Button size="small" href={fileUrl(packUrl(pack.id))}>
            {words.packFile}
          </Button>
          {!pack.submittedAt && pack.drillId === 0 && (
            <Button size="small" onClick={() => setAsking('submit')}>
              {words.packSubmitted}
            </Button>
          )}
          {pack.submittedAt && !pack.answer && (
            <Button size="small" onClick={() => setAsking('answer')}>
              {words.packAnswer}
            </Button>
          )}
        </div>
      )}
      {asking && (
        <Modal
          open
          title={asking === 'submit' ? words.packSubmitted : words.packAnswer}
          onCancel={() => setAsking(undefined)}
          okButtonProps={{ loading: change.isPending }}
          onOk={() => change.mutate()}
        >
          <div className="stack-16">
            {asking === 'answer' && (
              <Segmented
                value={answer}
                onChange={setAnswer}
                options={(['accepted', 'partly', 'refused'] as const).map((value) => ({
                  value,
                  label: words.packAnswers[value],
                }))}
              />
            )}
            <Field label={asking === 'submit' ? words.packReceipt : words.reasonLabel}>
              <Input autoFocus maxLength={200} value={text} onChange={(event) => setText(event.target.value)} />
            </Field>
          </div>
        </Modal>
      )}
    </div>
  )
}

const basisNames = Object.entries(legalBases) as [keyof typeof legalBases, string][]

const PackDialog = ({ incident, onClose }: { incident: Incident; onClose: () => void }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [target, setTarget] = useState<(typeof packTargets)[number]>('platform')
  const [platform, setPlatform] = useState('')
  const [category, setCategory] = useState<(typeof packCategories)[number]>('rumour')
  const [claim, setClaim] = useState('')
  const [bases, setBases] = useState<(keyof typeof legalBases)[]>(['civil-1195'])
  const [chosen, setChosen] = useState<string[]>([])
  const [documents, setDocuments] = useState<string[]>([])
  const posts = useQuery({
    queryKey: ['incidents', 'pack-posts', incident.id],
    queryFn: ({ signal }) => packPosts(incident.id, signal),
  })
  const make = useMutation({
    mutationFn: () =>
      makePack({
        incidentId: incident.id,
        target,
        platform: platform.trim(),
        category,
        claim: claim.trim(),
        bases,
        posts: chosen,
        documents,
      }),
    onSuccess: async () => {
      message.success(words.packMade)
      await client.invalidateQueries({ queryKey: ['incidents', 'packs', incident.id] })
      onClose()
    },
    onError: fail,
  })
  const files = incident.attachments.filter(({ removedAt }) => removedAt === null)
  const enough = platform.trim() !== '' && claim.trim().length >= 10 && bases.length > 0 && chosen.length > 0
  return (
    <Modal
      open
      width={680}
      title={words.makePack}
      onCancel={onClose}
      okText={words.packMake}
      okButtonProps={{ htmlType: 'submit', form, disabled: !enough, loading: make.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (enough) make.mutate()
        }}
      >
        <Notice tone="warn">{words.packLaw}</Notice>
        <Field label={words.packTarget}>
          <Segmented
            value={target}
            onChange={setTarget}
            options={packTargets.map((value) => ({ value, label: words.packTargets[value] }))}
          />
        </Field>
        <Field label={words.packPlatform}>
          <Input maxLength={40} value={platform} onChange={(event) => setPlatform(event.target.value)} />
        </Field>
        <Field label={words.packCategory}>
          <Select
            style={{ width: '100%' }}
            aria-label={words.packCategory}
            value={category}
            onChange={setCategory}
            options={packCategories.map((value) => ({ value, label: words.packCategories[value] }))}
          />
        </Field>
        <Field label={words.packClaim} hint={words.packClaimHint}>
          <Input.TextArea rows={4} maxLength={5000} value={claim} onChange={(event) => setClaim(event.target.value)} />
        </Field>
        <Field label={words.packBases}>
          <Select
            mode="multiple"
            style={{ width: '100%' }}
            aria-label={words.packBases}
            value={bases}
            onChange={setBases}
            options={basisNames.map(([value, label]) => ({ value, label }))}
          />
        </Field>
        <div className="field">
          <span className="field-label">{words.packPosts}</span>
          <Loaded query={posts} lines={3} compact>
            {({ items }) =>
              items.length === 0 ? (
                <p className="muted small">{words.packPostsNone}</p>
              ) : (
                <div className="pack-posts">
                  {items.map((post) => (
                    <Checkbox
                      key={post.id}
                      checked={chosen.includes(post.id)}
                      onChange={(event) =>
                        setChosen(event.target.checked ? [...chosen, post.id] : chosen.filter((id) => id !== post.id))
                      }
                    >
                      <span className="small muted">
                        {post.platform} · {format.dayHour(post.publishedAt)} ·{' '}
                        {post.snapshots > 0 ? words.evidence(post.snapshots) : words.noEvidence}
                      </span>
                      <div className="small">{(post.title || post.text).slice(0, 80)}</div>
                    </Checkbox>
                  ))}
                </div>
              )
            }
          </Loaded>
        </div>
        <Field label={words.packDocuments}>
          <Select
            mode="multiple"
            style={{ width: '100%' }}
            aria-label={words.packDocuments}
            value={documents}
            onChange={setDocuments}
            options={files.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
      </form>
    </Modal>
  )
}
