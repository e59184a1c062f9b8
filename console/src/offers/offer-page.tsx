import './offers.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Ago, Badge, CopyButton, Notice, Tabs } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { CostPanels, ScheduleTable } from './cost-view.tsx'
import { percent } from './figures.ts'
import { checkSaved, getOffer, getReadings, getVersions, makeLink, publishOffer, retireOffer } from './offer-calls.ts'
import { OfferBadge, OfferFindings } from './offer-findings.tsx'
import type { Offer, OfferCheck } from './offer-shapes.ts'
import { QuotePanel } from './quote-panel.tsx'
import { SheetView } from './sheet-view.tsx'

export const OfferPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/offers/$id' })
  const offer = useQuery({
    queryKey: ['offers', 'one', id],
    queryFn: ({ signal }) => getOffer(Number(id), signal),
  })
  if (!offer.data)
    return (
      <Page title={t.offers.title} back={{ to: '/offers', label: t.offers.title }}>
        <Panel>
          <Loaded query={offer}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Shown offer={offer.data} />
}

type View = 'overview' | 'sheet' | 'versions' | 'readings'

const Shown = ({ offer }: { offer: Offer }) => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [view, setView] = useState<View>('overview')
  const words = t.offers
  const check = useQuery({
    queryKey: ['offers', 'check', offer.id, offer.draftVersion],
    queryFn: ({ signal }) => checkSaved(offer.id, signal),
  })
  const refresh = () => client.invalidateQueries({ queryKey: ['offers'] })
  const publish = useMutation({
    mutationFn: () => publishOffer(offer.id, offer.draftVersion),
    onSuccess: () => message.success(words.published),
    onSettled: refresh,
    onError: fail,
  })
  const retire = useMutation({ mutationFn: () => retireOffer(offer.id), onSettled: refresh, onError: fail })
  const confirmPublish = () =>
    confirm({
      title: words.publishTitle(offer.name),
      content: words.publishHint,
      okText: words.publish,
      run: () => publish.mutateAsync(),
    })
  const confirmRetire = () =>
    confirm({
      title: words.retireTitle(offer.name),
      content: words.retireHint,
      okText: words.retire,
      danger: true,
      run: () => retire.mutateAsync(),
    })
  const open = offer.state !== 'retired'
  const toPublish = offer.state === 'draft' || offer.edited
  return (
    <Page
      title={offer.name}
      back={{ to: '/offers', label: words.title }}
      subtitle={
        <span className="row">
          <OfferBadge state={offer.state} />
          {offer.liveVersion !== null && <Badge>{words.version(String(offer.liveVersion))}</Badge>}
          {offer.edited && <Badge tone="warn">{words.edited}</Badge>}
          <span>{offer.content.lender.name}</span>
        </span>
      }
      actions={
        can('offers.write') &&
        open && (
          <>
            <Button danger onClick={confirmRetire}>
              {words.retire}
            </Button>
            <Button onClick={() => navigate({ to: '/offers/$id/edit', params: { id: String(offer.id) } })}>
              {words.edit}
            </Button>
            {toPublish && (
              <Button
                type="primary"
                disabled={check.data?.publishable !== true}
                loading={publish.isPending}
                onClick={confirmPublish}
              >
                {words.publish}
              </Button>
            )}
          </>
        )
      }
    >
      <Tabs<View>
        label={words.title}
        value={view}
        onChange={setView}
        items={(['overview', 'sheet', 'versions', 'readings'] as const).map((key) => ({ key, label: words[key] }))}
      />
      {view === 'versions' ? (
        <Versions id={offer.id} />
      ) : view === 'readings' ? (
        <Readings id={offer.id} />
      ) : (
        <Loaded query={check} lines={8}>
          {(found) =>
            view === 'overview' ? <Overview offer={offer} check={found} /> : <Sheet offer={offer} check={found} />
          }
        </Loaded>
      )}
    </Page>
  )
}

const Overview = ({ offer, check }: { offer: Offer; check: OfferCheck }) => {
  const t = useText()
  const { cost } = check
  const worst = cost.cap && Math.max(0, ...cost.points.map((point) => point[cost.cap?.compare ?? 'simple']))
  return (
    <div className="grid grid-main">
      <div className="stack-16">
        {cost.example && <CostPanels cost={cost.example} cap={cost.cap} {...(worst !== null && { worst })} />}
        {cost.points.length > 1 && <Corners check={check} />}
        {cost.example && (
          <Panel title={t.offers.schedule} flush>
            <ScheduleTable cost={cost.example} />
          </Panel>
        )}
      </div>
      <div className="stack-16">
        <Panel title={t.offers.findings}>
          <OfferFindings findings={check.findings} />
        </Panel>
        {offer.state === 'published' && <QuotePanel offer={offer} />}
      </div>
    </div>
  )
}

/** The cost of the cheapest and the dearest way to take the offer. */
const Corners = ({ check }: { check: OfferCheck }) => {
  const t = useText()
  const format = useFormats()
  const { cap, points } = check.cost
  const above = (simple: number, compound: number) =>
    cap !== null && Math.round((cap.compare === 'simple' ? simple : compound) * 1e4) > Math.round(cap.limit * 1e4)
  return (
    <Panel title={t.offers.corners} note={t.offers.cornersHint} flush>
      <Table
        label={t.offers.corners}
        rows={points}
        rowKey={({ amountFen, instalments, price }) => `${amountFen} ${instalments} ${price ?? ''}`}
        blank={null}
        columns={[
          { key: 'amount', title: t.offers.amount, card: 'lead', cell: (row) => format.amount('Fen', row.amountFen) },
          { key: 'terms', title: t.offers.terms, fit: true, cell: (row) => row.instalments },
          { key: 'price', title: t.offers.corner, cell: (row) => row.price ?? t.offers.ownPrice },
          { key: 'simple', title: t.offers.simple, align: 'right', fit: true, cell: (row) => percent(row.simple) },
          {
            key: 'compound',
            title: t.offers.compound,
            align: 'right',
            fit: true,
            cell: (row) => (
              <span className="row">
                {percent(row.compound)}
                {above(row.simple, row.compound) && <Badge tone="bad">{t.offers.aboveCap}</Badge>}
              </span>
            ),
          },
        ]}
      />
    </Panel>
  )
}

const Sheet = ({ offer, check }: { offer: Offer; check: OfferCheck }) => {
  const t = useText()
  const fail = useFailureToast()
  const link = useMutation({ mutationFn: () => makeLink(offer.id), onError: fail })
  return (
    <Panel
      title={t.offers.sheet}
      note={t.offers.sheetHint}
      extra={
        offer.state === 'published' && (
          <Button loading={link.isPending} onClick={() => link.mutate()}>
            {t.offers.tryLink}
          </Button>
        )
      }
    >
      {link.data && (
        <Notice tone="good">
          {t.offers.linkReady}{' '}
          <a href={link.data.path} target="_blank" rel="noreferrer">
            {t.offers.openLink}
          </a>{' '}
          <CopyButton text={new URL(link.data.path, window.location.origin).href} />
        </Notice>
      )}
      {check.disclosure ? <SheetView sheet={check.disclosure} /> : <p className="muted">{t.offers.sheetGaps}</p>}
    </Panel>
  )
}

const Versions = ({ id }: { id: number }) => {
  const t = useText()
  const versions = useQuery({ queryKey: ['offers', 'versions', id], queryFn: ({ signal }) => getVersions(id, signal) })
  return (
    <Panel title={t.offers.versions} flush>
      <Loaded query={versions}>
        {({ items }) => (
          <Table
            label={t.offers.versions}
            rows={items}
            rowKey={({ version }) => version}
            blank={<Blank icon="file" title={t.offers.noVersions} />}
            columns={[
              {
                key: 'version',
                title: t.offers.versions,
                card: 'lead',
                cell: (row) => t.offers.version(String(row.version)),
              },
              {
                key: 'cost',
                title: t.offers.cost,
                fit: true,
                cell: ({ cost }) =>
                  cost.example ? `${percent(cost.example.simple)} · ${percent(cost.example.compound)}` : '—',
              },
              {
                key: 'hash',
                title: t.offers.hash,
                cell: (row) => <code className="wrap">{row.contentHash.slice(0, 16)}</code>,
              },
              { key: 'by', title: t.offers.by, fit: true, cell: (row) => row.publishedBy },
              { key: 'at', title: t.offers.published, fit: true, cell: (row) => <Ago at={row.publishedAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Readings = ({ id }: { id: number }) => {
  const t = useText()
  const format = useFormats()
  const words = t.offers.reading
  const readings = useQuery({ queryKey: ['offers', 'readings', id], queryFn: ({ signal }) => getReadings(id, signal) })
  return (
    <Panel title={t.offers.readings} flush>
      <Loaded query={readings}>
        {({ items }) => (
          <Table
            label={t.offers.readings}
            rows={items}
            rowKey={({ id }) => id}
            blank={<Blank icon="eye" title={t.offers.noReadings} />}
            columns={[
              { key: 'opened', title: words.opened, card: 'lead', cell: (row) => <Ago at={row.openedAt} /> },
              { key: 'customer', title: words.customer, fit: true, cell: (row) => row.customerNo ?? '—' },
              {
                key: 'shown',
                title: words.shown,
                fit: true,
                cell: (row) => words.seconds(format.decimal(Math.round(row.shownSeconds)), String(row.neededSeconds)),
              },
              {
                key: 'confirmed',
                title: words.confirmed,
                fit: true,
                cell: (row) =>
                  row.confirmedAt ? <Ago at={row.confirmedAt} /> : <Badge tone="warn">{words.notConfirmed}</Badge>,
              },
              {
                key: 'device',
                title: words.device,
                fit: true,
                cell: (row) => t.offers.devices[row.device] ?? row.device,
              },
              { key: 'version', title: words.version, fit: true, cell: (row) => row.version },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
