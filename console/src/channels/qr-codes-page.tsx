import './qr-codes.css'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Drawer, Input, QRCode } from 'antd'
import { useId, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { getQrPeople, listQrCodes, type QrCode } from './qr-calls.ts'
import { QrDialog } from './qr-dialog.tsx'

/** Codes of official accounts, one per place, with the people each brought. */
export const QrCodesPage = () => {
  const t = useText()
  const can = useCan()
  const words = t.qrCodes
  const [making, setMaking] = useState(false)
  const [search, setSearch] = useState('')
  const [people, setPeople] = useState<{ code: QrCode; followed: boolean }>()
  const codes = useQuery({
    queryKey: ['qrCodes'],
    queryFn: ({ signal }) => listQrCodes(signal),
    refetchInterval: 30_000,
  })
  const create = can('campaigns.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
      {words.create}
    </Button>
  )
  const fits = ({ name, place, account, scene }: QrCode) =>
    [name, place, account, scene].some((text) => text.toLowerCase().includes(search.trim().toLowerCase()))
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      back={{ to: '/channels', label: t.channels.title }}
      actions={create}
    >
      <Loaded query={codes} lines={8}>
        {({ items }) => {
          const shown = items.filter(fits)
          return (
            <Panel flush>
              {items.length > 0 && (
                <div className="panel-body filters" data-page-search>
                  <Input
                    allowClear
                    prefix={<Icon name="search" size={16} />}
                    placeholder={words.search}
                    aria-label={words.search}
                    value={search}
                    onChange={(event) => setSearch(event.target.value)}
                    style={{ maxWidth: 320 }}
                  />
                </div>
              )}
              {items.length === 0 ? (
                <Blank icon="message" title={words.none} hint={words.noneHint}>
                  {create}
                </Blank>
              ) : shown.length === 0 ? (
                <Blank icon="search" title={words.noneFit} />
              ) : (
                <ul className="qr-grid">
                  {shown.map((code) => (
                    <QrCard key={code.id} code={code} onPeople={(followed) => setPeople({ code, followed })} />
                  ))}
                </ul>
              )}
            </Panel>
          )
        }}
      </Loaded>
      {making && <QrDialog onClose={() => setMaking(false)} />}
      {people && <People {...people} onClose={() => setPeople(undefined)} />}
    </Page>
  )
}

const QrCard = ({ code, onPeople }: { code: QrCode; onPeople: (followed: boolean) => void }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const words = t.qrCodes
  const id = useId()
  const over = code.expiresAt !== null && Date.parse(code.expiresAt) < Date.now()
  const download = () => {
    const canvas = document.getElementById(id)?.querySelector('canvas')
    if (!canvas) return
    const link = document.createElement('a')
    link.href = canvas.toDataURL('image/png')
    link.download = `${code.name}.png`
    link.click()
  }
  return (
    <li className={`qr-card ${over ? 'qr-over' : ''}`}>
      <div id={id} className="qr-picture" role="img" aria-label={words.picture(code.name)}>
        <QRCode
          value={code.url}
          size={600}
          style={{ width: 180, height: 180 }}
          bordered={false}
          color="#000"
          bgColor="#fff"
        />
      </div>
      <div>
        <strong>{code.name}</strong> {over && <Badge tone="warn">{words.expired}</Badge>}
        <div className="muted small">
          {[code.place, code.account].filter((one) => one !== '').join(' · ')}
          {code.campaignId !== null && (
            <>
              {' · '}
              <Link to="/campaigns/$id" params={{ id: String(code.campaignId) }}>
                {words.campaign}
              </Link>
            </>
          )}
        </div>
        <div className="muted small">
          <code>{code.scene}</code> · <Ago at={code.createdAt} />
          {code.expiresAt !== null && !over && ` · ${words.expires(format.dayHour(code.expiresAt))}`}
        </div>
      </div>
      <div className="qr-figures">
        {(['scanned', 'followed'] as const).map((name) =>
          can('customers.read') && code[name] > 0 ? (
            <button
              key={name}
              type="button"
              className="qr-figure"
              title={words.people}
              onClick={() => onPeople(name === 'followed')}
            >
              <span className="muted small">{words[name]}</span>
              <b>{format.count(code[name])}</b>
            </button>
          ) : (
            <div key={name} className="qr-figure">
              <span className="muted small">{words[name]}</span>
              <b>{format.count(code[name])}</b>
            </div>
          ),
        )}
      </div>
      <Button icon={<Icon name="download" size={16} />} onClick={download}>
        {words.download}
      </Button>
    </li>
  )
}

const People = ({ code, followed, onClose }: { code: QrCode; followed: boolean; onClose: () => void }) => {
  const t = useText()
  const words = t.qrCodes
  const people = useInfiniteQuery({
    queryKey: ['qrCodes', 'people', code.id, followed],
    queryFn: ({ pageParam, signal }) => getQrPeople(code.id, { followed, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Drawer
      open
      onClose={onClose}
      size={420}
      title={followed ? words.followedBy(code.name) : words.scannedBy(code.name)}
    >
      <Loaded query={people} lines={6}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          if (items.length === 0) return <Blank compact title={words.noPeople} />
          return (
            <>
              <ul className="stack">
                {items.map(({ id, display }) => (
                  <li key={id}>
                    <Link to="/customers/$id" params={{ id }}>
                      {display['name'] ?? display['phone'] ?? `${words.visitor} #${id}`}
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
