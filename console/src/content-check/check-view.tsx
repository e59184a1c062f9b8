import '../creatives/creatives.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { FindingText } from '../creatives/findings.tsx'
import { Marked } from '../creatives/marked-text.tsx'
import { useText } from '../i18n/text.ts'
import { listOffers } from '../offers/offer-calls.ts'
import { useCan } from '../session.ts'
import { Notice } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { checkText, getOfferFacts } from './content-calls.ts'
import { contentChannels, type Finding } from './content-shapes.ts'

const options = <K extends string>(keys: readonly K[], names: Readonly<Record<K, string>>) =>
  keys.map((value) => ({ value, label: names[value] }))

export const CheckView = () => {
  const t = useText()
  const can = useCan()
  const words = t.content
  const [text, setText] = useState('')
  const [channel, setChannel] = useState<(typeof contentChannels)[number]>()
  const [category, setCategory] = useState<'marketing' | 'service'>('marketing')
  const [product, setProduct] = useState<keyof typeof words.products>('loan')
  const [place, setPlace] = useState<'body' | 'accountName'>('body')
  const [sender, setSender] = useState('')
  const [offerId, setOfferId] = useState<number>()
  const [collection, setCollection] = useState(false)
  const [paid, setPaid] = useState(false)
  const offers = useQuery({
    queryKey: ['offers', 'list', 'published'],
    queryFn: ({ signal }) => listOffers({ state: 'published' }, signal),
    enabled: can('offers.read'),
  })
  const facts = useQuery({
    queryKey: ['offers', 'facts', offerId],
    queryFn: ({ signal }) => getOfferFacts(offerId ?? 0, signal),
    enabled: offerId !== undefined,
  })
  const body = {
    text,
    ...(channel && { channel }),
    category,
    product,
    place,
    licensed: place === 'body',
    collection,
    placement: paid ? 'paid' : 'own',
    ...(sender.trim() !== '' && { sender: { name: sender.trim() } }),
    ...(offerId !== undefined && facts.data && { offer: facts.data }),
  }
  const settled = useSettled(JSON.stringify(body), 300)
  const asked = text.trim() !== ''
  const check = useQuery({
    queryKey: ['content', 'check', settled],
    queryFn: ({ signal }) => checkText(JSON.parse(settled) as object, signal),
    enabled: asked && (JSON.parse(settled) as { text: string }).text.trim() !== '',
    placeholderData: keepPreviousData,
  })
  return (
    <div className="grid grid-halves content-form">
      <Panel title={words.text} note={words.textHint}>
        <div className="stack-16">
          <Input.TextArea
            autoFocus
            rows={8}
            maxLength={20_000}
            showCount
            aria-label={words.text}
            placeholder={words.example}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <div className="fields">
            <Field label={words.channel}>
              <Select
                allowClear
                aria-label={words.channel}
                placeholder={words.anyChannel}
                {...(channel !== undefined && { value: channel })}
                onChange={(value: typeof channel) => setChannel(value)}
                options={options(contentChannels, words.channels)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.category}>
              <Select
                aria-label={words.category}
                value={category}
                onChange={setCategory}
                options={options(['marketing', 'service'] as const, words.categories)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.product}>
              <Select
                aria-label={words.product}
                value={product}
                onChange={setProduct}
                options={options(['loan', 'card', 'wealth', 'insurance', 'other'] as const, words.products)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.place}>
              <Select
                aria-label={words.place}
                value={place}
                onChange={setPlace}
                options={options(['body', 'accountName'] as const, words.places)}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.offer}>
              <Select
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                aria-label={words.offer}
                placeholder={words.noOffer}
                {...(offerId !== undefined && { value: offerId })}
                onChange={(value: number | undefined) => setOfferId(value)}
                options={(offers.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.sender}>
              <Input value={sender} maxLength={100} onChange={(event) => setSender(event.target.value)} />
            </Field>
            <Field label={words.collection}>
              <Switch aria-label={words.collection} checked={collection} onChange={setCollection} />
            </Field>
            <Field label={words.paid}>
              <Switch aria-label={words.paid} checked={paid} onChange={setPaid} />
            </Field>
          </div>
        </div>
      </Panel>
      <Panel title={words.result} note={check.data && asked ? words.rulesInForce(check.data.rules) : undefined}>
        {asked ? (
          <Loaded query={check}>
            {({ findings, publishable }) => <Findings text={text} findings={findings} publishable={publishable} />}
          </Loaded>
        ) : (
          <Blank icon="search" title={words.empty} compact />
        )}
      </Panel>
    </div>
  )
}

const Findings = ({
  text,
  findings,
  publishable,
}: {
  text: string
  findings: readonly Finding[]
  publishable: boolean
}) => {
  const t = useText()
  const words = t.content
  const count = (action: 'block' | 'flag') => findings.filter((one) => one.action === action).length
  const marks = findings.flatMap(({ start, end, action, reason }) =>
    start === null || end === null
      ? []
      : [
          {
            start,
            end,
            tone: action === 'block' ? ('bad' as const) : ('warn' as const),
            title: t.creatives.reasons[reason] ?? reason,
          },
        ],
  )
  const summary = [
    count('block') > 0 && words.blocks(String(count('block'))),
    count('flag') > 0 && words.flags(String(count('flag'))),
  ].filter(Boolean)
  return (
    <div className="stack-16" aria-live="polite">
      <Notice tone={publishable ? (findings.length === 0 ? 'good' : 'warn') : 'bad'}>
        {publishable ? words.publishable : words.notPublishable}
        {summary.length > 0 ? `：${summary.join('，')}` : `：${words.clean}`}
      </Notice>
      <div className="content-text">
        <Marked text={text} marks={marks} />
      </div>
      <ul>
        {findings.map((finding) => (
          <li key={`${finding.rule} ${finding.start}`} className="content-finding">
            <FindingText finding={finding} />
            {words.suggestions[finding.reason] && (
              <p className="small">
                <span className="strong">{words.suggestion}</span>：{words.suggestions[finding.reason]}
              </p>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}
