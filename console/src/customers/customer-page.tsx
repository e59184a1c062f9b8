import './customer.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { CustomerConsentsCard } from '../consents/customer-consents.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { type Text, useText } from '../i18n/text.ts'
import { CustomerLinks } from '../matching/customer-links.tsx'
import { QualityCard } from '../quality/score-card.tsx'
import { CustomerSendsCard } from '../refusals/customer-sends.tsx'
import { useCan } from '../session.ts'
import { CustomerTagsCard } from '../tags/customer-tags.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, CopyButton, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { getCustomer, mergeCustomers, unmask, unmergeCustomer } from './customer-calls.ts'
import type { Customer, Identifier, Trait, Unmasked } from './customer-shapes.ts'
import { Timeline } from './timeline.tsx'
import { useTraitTitles } from './trait-titles.ts'

// Unmasked values leave the screen by themselves.
const unmaskedForMs = 60_000

export const CustomerPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/customers/$id' })
  const customer = useQuery({ queryKey: ['customers', 'one', id], queryFn: ({ signal }) => getCustomer(id, signal) })
  if (!customer.data) {
    return (
      <Page title={t.customers.profile} back={{ to: '/customers', label: t.nav.customers }}>
        <Panel>
          <Loaded query={customer} lines={8}>
            {() => null}
          </Loaded>
        </Panel>
      </Page>
    )
  }
  return <Profile key={customer.data.id} customer={customer.data} />
}

const Profile = ({ customer }: { customer: Customer }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [asking, setAsking] = useState<'unmask' | 'merge' | undefined>()
  const [unmasked, setUnmasked] = useState<Unmasked>()
  const [unmerging, setUnmerging] = useState<string>()
  const refresh = () => client.invalidateQueries({ queryKey: ['customers'] })

  const reveal = useMutation({
    mutationFn: (purpose: string) => unmask(customer.id, purpose),
    onSuccess: (values) => {
      setUnmasked(values)
      setAsking(undefined)
      setTimeout(() => setUnmasked(undefined), unmaskedForMs)
    },
    onError: fail,
  })
  const unmerge = useMutation({
    mutationFn: ({ from, reason }: { from: string; reason: string }) => unmergeCustomer(customer.id, { from, reason }),
    onSuccess: () => {
      setUnmerging(undefined)
      return refresh()
    },
    onError: fail,
  })

  const name = nameOf(customer, unmasked) ?? (isVisitor(customer) ? t.customers.visitor : t.customers.unnamed)
  const personal = customer.traits.filter((trait) => trait.personal)
  const plain = customer.traits.filter((trait) => !trait.personal)

  return (
    <Page
      title={name}
      back={{ to: '/customers', label: t.nav.customers }}
      subtitle={
        <span className="row">
          {t.identifiers.id} <code>{customer.id}</code>
          <CopyButton text={customer.id} label={t.customers.copyId} />
        </span>
      }
      actions={
        <>
          {can('customers.unmask') &&
            (unmasked ? (
              <Button icon={<Icon name="hidden" size={16} />} onClick={() => setUnmasked(undefined)}>
                {t.customers.mask}
              </Button>
            ) : (
              <Button icon={<Icon name="eye" size={16} />} onClick={() => setAsking('unmask')}>
                {t.customers.unmask}
              </Button>
            ))}
          {can('customers.merge') && (
            <Button icon={<Icon name="merge" size={16} />} onClick={() => setAsking('merge')}>
              {t.customers.merge}
            </Button>
          )}
        </>
      }
    >
      <div className="stack-16">
        {unmasked && <Notice tone="warn">{t.customers.unmaskedNow}</Notice>}
        {customer.conflicts.length > 0 && (
          <Notice tone="warn" action={<Link to="/customers/conflicts">{t.customers.conflicts}</Link>}>
            {t.customers.hasConflicts(customer.conflicts.length)}
          </Notice>
        )}
        <div className="grid profile-grid">
          <div className="stack-16">
            <Panel title={t.customers.identifiers} note={String(customer.identifiers.length)}>
              <Identifiers items={customer.identifiers} unmasked={unmasked} />
            </Panel>
            {can('tags.read') && <CustomerTagsCard id={customer.id} />}
            {can('consents.read') && <CustomerConsentsCard id={customer.id} />}
            {personal.length > 0 && (
              <Panel title={t.customers.personal}>
                <Traits items={personal} unmasked={unmasked} />
              </Panel>
            )}
            <Panel title={t.customers.traits} note={String(plain.length)}>
              {plain.length === 0 ? (
                <Blank compact title={t.customers.noTraits} />
              ) : (
                <Traits items={plain} unmasked={unmasked} />
              )}
            </Panel>
            {can('quality.read') && <QualityCard customerId={customer.id} />}
            {customer.merged.length > 0 && (
              <Panel title={t.customers.mergedFrom}>
                <ul className="stack">
                  {customer.merged.map((merged) => (
                    <li key={merged.id} className="row row-between">
                      <span>
                        <code>#{merged.id}</code>
                        <br />
                        <span className="muted small">
                          <Ago at={merged.at} /> · {mergeReason(t, merged.reason)}
                        </span>
                      </span>
                      {can('customers.merge') && (
                        <Button
                          size="small"
                          icon={<Icon name="split" size={14} />}
                          onClick={() => setUnmerging(merged.id)}
                        >
                          {t.customers.unmerge}
                        </Button>
                      )}
                    </li>
                  ))}
                </ul>
              </Panel>
            )}
          </div>
          <div className="stack-16">
            <CustomerSendsCard id={customer.id} />
            <CustomerLinks customerId={customer.id} />
            <Timeline customerId={customer.id} />
          </div>
        </div>
      </div>

      {asking === 'unmask' && (
        <ReasonDialog
          title={t.customers.unmask}
          warning={t.customers.unmaskWarning}
          label={t.customers.purpose}
          placeholder={t.customers.purposeHint}
          suggestions={t.customers.purposes}
          confirm={t.customers.unmaskConfirm}
          busy={reveal.isPending}
          onConfirm={(purpose) => reveal.mutate(purpose)}
          onClose={() => setAsking(undefined)}
        />
      )}
      {asking === 'merge' && (
        <MergeDialog
          into={customer.id}
          onDone={() => {
            setAsking(undefined)
            return refresh()
          }}
          onClose={() => setAsking(undefined)}
        />
      )}
      {unmerging && (
        <ReasonDialog
          title={t.customers.unmerge}
          warning={t.customers.unmergeWarning}
          label={t.ui.reason}
          placeholder={t.customers.unmergeHint}
          confirm={t.customers.unmerge}
          busy={unmerge.isPending}
          onConfirm={(reason) => unmerge.mutate({ from: unmerging, reason })}
          onClose={() => setUnmerging(undefined)}
        />
      )}
    </Page>
  )
}

/** Known by a device or a browser only. */
const isVisitor = ({ identifiers }: Customer) =>
  identifiers.every(({ kind }) => kind === 'anonymousId' || kind === 'deviceId')

const nameOf = (customer: Customer, unmasked: Unmasked | undefined) => {
  const name = unmasked?.traits.name ?? unmasked?.traits.姓名
  return name === undefined ? (customer.display.name ?? customer.display.phone) : String(name)
}

/** A merge by the program says `shared phone`; one by a person says what the person wrote. */
const mergeReason = (t: Text, reason: string) => {
  const names: Readonly<Record<string, string>> = t.identifiers
  const kind = reason.startsWith('shared ') ? names[reason.slice('shared '.length)] : undefined
  return kind === undefined ? reason : t.customers.shared(kind)
}

/** The clear value of each masked identifier: both lists name the same ones in the same order, kind by kind. */
const clearValues = (items: readonly Identifier[], unmasked: Unmasked | undefined) => {
  const rest = Map.groupBy(unmasked?.identifiers ?? [], ({ kind }) => kind)
  return items.map(({ kind, value }) => rest.get(kind)?.shift()?.value ?? value)
}

const Identifiers = ({ items, unmasked }: { items: readonly Identifier[]; unmasked: Unmasked | undefined }) => {
  const t = useText()
  if (items.length === 0) return <Blank compact title={t.customers.noIdentifiers} />
  const values = clearValues(items, unmasked)
  return (
    <ul className="identifiers">
      {items.map((one, index) => (
        <li key={`${one.kind} ${one.customerNo} ${one.value} ${one.seenAt}`}>
          <span className="muted small">{t.identifiers[one.kind]}</span>
          <span className="identifier-value wrap">
            {values[index]}
            {one.verifiedAt && (
              <Badge tone="good">
                <Icon name="check" size={12} />
                {t.customers.verified}
              </Badge>
            )}
          </span>
          <span className="muted small">
            <Ago at={one.seenAt} />
            {one.importId !== null && ` · ${t.customers.fromImport(one.importId)}`}
            {one.sourceId !== null && ` · ${t.customers.fromSource(one.sourceId)}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

const Traits = ({ items, unmasked }: { items: readonly Trait[]; unmasked: Unmasked | undefined }) => {
  const t = useText()
  const format = useFormats()
  const titles = useTraitTitles()
  const bases: Readonly<Record<string, string>> = t.bases
  const shown = (trait: Trait) => {
    const value = unmasked?.traits[trait.name] ?? trait.value
    if (typeof value === 'number') return format.amount(trait.name, value)
    if (typeof value === 'boolean') return t.ui.yesNo(value)
    return trait.type === 'datetime' && !trait.masked ? format.dateTime(value) : value
  }
  const origin = ({ at, source, basis }: Trait) =>
    [
      format.dateTime(at),
      source &&
        `${t.customers.origin}: ${source.startsWith('import:') ? t.customers.fromImport(source.slice(7)) : source}`,
      `${t.customers.basis}: ${bases[basis] ?? basis}`,
    ]
      .filter(Boolean)
      .join('\n')
  return (
    <dl className="facts">
      {items.map((trait) => (
        <div key={trait.name} className="fact">
          <dt title={trait.name}>{titles(trait.name)}</dt>
          <dd title={origin(trait)}>
            {shown(trait)}
            {trait.unit && <span className="muted"> {trait.unit}</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

const MergeDialog = ({ into, onDone, onClose }: { into: string; onDone: () => void; onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const fail = useFailureToast()
  const [from, setFrom] = useState('')
  const [reason, setReason] = useState('')
  const merge = useMutation({
    mutationFn: () => mergeCustomers({ into, from: from.trim(), reason: reason.trim() }),
    onSuccess: onDone,
    onError: fail,
  })
  const ready = from.trim() !== '' && from.trim() !== into && reason.trim().length >= 2
  return (
    <Modal
      open
      title={t.customers.merge}
      onCancel={onClose}
      okText={t.customers.merge}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: merge.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) merge.mutate()
        }}
      >
        <Notice tone="warn">{t.customers.mergeWarning}</Notice>
        <Field label={t.customers.mergeFrom} hint={t.customers.mergeFromHint}>
          <Input autoFocus value={from} onChange={(event) => setFrom(event.target.value)} />
        </Field>
        <Field label={t.ui.reason}>
          <Input value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
