import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { percent } from './figures.ts'
import { listOffers } from './offer-calls.ts'
import { OfferBadge } from './offer-findings.tsx'
import { offerStates } from './offer-shapes.ts'

export const OffersPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [state, setState] = useState<string>()
  const search = useSettled(typed.trim(), 250)
  const offers = useInfiniteQuery({
    queryKey: ['offers', 'list', search, state],
    queryFn: ({ pageParam, signal }) => listOffers({ search, state, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const create = (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => navigate({ to: '/offers/new' })}>
      {t.offers.create}
    </Button>
  )
  return (
    <Page title={t.offers.title} subtitle={t.offers.subtitle} actions={can('offers.write') && create}>
      <Panel flush>
        <div className="panel-body filters" data-page-search>
          <Input
            allowClear
            prefix={<Icon name="search" size={16} />}
            placeholder={t.offers.search}
            aria-label={t.offers.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            style={{ maxWidth: 320 }}
          />
          <Select
            allowClear
            aria-label={t.offers.state}
            placeholder={t.offers.allStates}
            style={{ minWidth: 120 }}
            {...(state !== undefined && { value: state })}
            onChange={(value: string | undefined) => setState(value)}
            options={offerStates.map((value) => ({ value, label: t.offers.states[value] }))}
          />
        </div>
        <Loaded query={offers} lines={6}>
          {({ pages }) => (
            <Table
              label={t.offers.title}
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ id }) => id}
              more={offers}
              blank={
                search !== '' || state !== undefined ? (
                  <Blank icon="search" title={t.offers.noneFit} />
                ) : (
                  <Blank icon="offer" title={t.offers.none} hint={t.offers.noneHint}>
                    {can('offers.write') && create}
                  </Blank>
                )
              }
              columns={[
                {
                  key: 'name',
                  title: t.offers.name,
                  card: 'lead',
                  cell: ({ id, name, content }) => (
                    <>
                      <Link className="strong" to="/offers/$id" params={{ id: String(id) }}>
                        {name}
                      </Link>
                      <div className="muted small">{content.lender.name}</div>
                    </>
                  ),
                },
                {
                  key: 'state',
                  title: t.offers.state,
                  fit: true,
                  cell: ({ state, edited }) => (
                    <span className="row">
                      <OfferBadge state={state} />
                      {edited && <Badge tone="warn">{t.offers.edited}</Badge>}
                    </span>
                  ),
                },
                {
                  key: 'amount',
                  title: t.offers.amount,
                  fit: true,
                  cell: ({ content: { amount } }) =>
                    `${format.amount('Fen', amount.minFen)} – ${format.amount('Fen', amount.maxFen)}`,
                },
                {
                  key: 'terms',
                  title: t.offers.terms,
                  fit: true,
                  cell: ({ content }) => t.offers.termsText(content.terms.join('、')),
                },
                {
                  key: 'cost',
                  title: `${t.offers.cost}（${t.offers.simple}）`,
                  align: 'right',
                  fit: true,
                  cell: ({ simple }) => (simple === null ? '—' : <span className="strong">{percent(simple)}</span>),
                },
                {
                  key: 'changed',
                  title: t.offers.changedAt,
                  fit: true,
                  cell: ({ changedAt }) => <Ago at={changedAt} />,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}
