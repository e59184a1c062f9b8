import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select, Switch } from 'antd'
import { useText } from '../i18n/text.ts'
import { Field, Panel } from '../ui/page.tsx'
import { fromPercent, fromYuan, toPercent, toYuan } from './figures.ts'
import { getPartners } from './offer-calls.ts'
import { ContingentPart, FeesPart, type PartProps, PricesPart, PromotionsPart } from './offer-form-lists.tsx'
import { lenderTypes, type OfferCheck, type OfferContent, repaymentModes } from './offer-shapes.ts'

/** The content of a new offer, with what most have. */
export const emptyOffer = (): OfferContent => ({
  product: 'loan',
  description: '',
  lender: { name: '', type: 'consumerFinance', licence: '', address: '', contact: '' },
  partner: null,
  amount: { minFen: 100_000, maxFen: 20_000_000 },
  terms: [6, 12],
  repayment: 'equalInstalment',
  annualRate: 0.12,
  prices: [],
  fees: [],
  secured: false,
  example: { amountFen: 1_200_000, instalments: 12 },
  stated: { simple: null, compound: null },
  promotions: [],
  eligibility: {
    minAge: 18,
    maxAge: 60,
    tiers: [],
    maxDebtBurden: null,
    maxExposure: null,
    maxLenders: null,
    maxEnquiries: null,
    minIncomeFen: null,
  },
  overdue: { text: '', collector: '' },
  misuse: { text: '', collector: '' },
  prepayment: { text: '', collector: '' },
  other: [],
  risk: '',
  afterSales: '',
})

export const OfferForm = ({
  name,
  setName,
  check,
  ...part
}: PartProps & { name: string; setName: (name: string) => void; check: OfferCheck | undefined }) => (
  <div className="offer-form stack-16">
    <AboutPart {...part} name={name} setName={setName} />
    <PricePart {...part} />
    <FeesPart {...part} />
    <StatedPart {...part} check={check} />
    <PricesPart {...part} />
    <PromotionsPart {...part} />
    <EligibilityPart {...part} />
    <ContingentPart {...part} />
  </div>
)

const AboutPart = ({ content, set, name, setName }: PartProps & { name: string; setName: (name: string) => void }) => {
  const t = useText()
  const words = t.offers
  const partners = useQuery({ queryKey: ['content', 'partners'], queryFn: ({ signal }) => getPartners(signal) })
  const { lender, partner } = content
  const tell = (change: Partial<OfferContent['lender']>) => set({ lender: { ...lender, ...change } })
  const listed = (partners.data?.items ?? []).filter(({ inForce }) => inForce).map((one) => one.name)
  return (
    <Panel title={words.about}>
      <div className="fields">
        <Field label={words.name}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={words.product}>
          <Select
            aria-label={words.product}
            value={content.product}
            onChange={(product) => set({ product })}
            options={(['loan', 'card'] as const).map((value) => ({ value, label: words.products[value] }))}
            style={{ width: '100%' }}
          />
        </Field>
        <Field label={words.lenderName}>
          <Input value={lender.name} maxLength={100} onChange={(event) => tell({ name: event.target.value })} />
        </Field>
        <Field label={words.lenderType}>
          <Select
            aria-label={words.lenderType}
            value={lender.type}
            onChange={(type) => tell({ type })}
            options={lenderTypes
              .filter((type) => type !== 'facilitated')
              .map((value) => ({ value, label: words.lenderTypes[value] }))}
            style={{ width: '100%' }}
          />
        </Field>
        {(['licence', 'address', 'contact'] as const).map((field) => (
          <Field key={field} label={words[field]}>
            <Input value={lender[field]} maxLength={200} onChange={(event) => tell({ [field]: event.target.value })} />
          </Field>
        ))}
        <Field label={words.partner} hint={words.partnerHint}>
          <Select
            allowClear
            showSearch
            aria-label={words.partner}
            placeholder={words.noPartner}
            {...(partner !== null && { value: partner.name })}
            onChange={(value: string | undefined) => set({ partner: value ? { name: value, role: '' } : null })}
            options={[...new Set([...listed, ...(partner ? [partner.name] : [])])].map((value) => ({
              value,
              label: value,
            }))}
            style={{ width: '100%' }}
          />
        </Field>
      </div>
      <Field label={words.description}>
        <Input.TextArea
          rows={2}
          maxLength={500}
          value={content.description}
          onChange={(event) => set({ description: event.target.value })}
        />
      </Field>
    </Panel>
  )
}

const PricePart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const { amount } = content
  return (
    <Panel title={words.price}>
      <div className="fields">
        {(['minFen', 'maxFen'] as const).map((field) => (
          <Field key={field} label={field === 'minFen' ? words.minAmount : words.maxAmount}>
            <InputNumber
              min={1}
              value={toYuan(amount[field])}
              onChange={(typed) => set({ amount: { ...amount, [field]: Math.max(100, fromYuan(typed)) } })}
            />
          </Field>
        ))}
        <Field label={words.terms} hint={words.termsHint}>
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            aria-label={words.terms}
            value={content.terms.map(String)}
            onChange={(typed: string[]) => {
              const terms = [...new Set(typed.map(Number).filter((n) => Number.isInteger(n) && n >= 1 && n <= 360))]
              if (terms.length > 0) set({ terms: terms.toSorted((a, b) => a - b) })
            }}
            style={{ width: '100%' }}
          />
        </Field>
        <Field label={words.repayment}>
          <Select
            aria-label={words.repayment}
            value={content.repayment}
            onChange={(repayment) => set({ repayment })}
            options={repaymentModes.map((value) => ({ value, label: words.repayments[value] }))}
            style={{ width: '100%' }}
          />
        </Field>
        <Field label={content.repayment === 'feeOnOriginal' ? words.annualRateFee : words.annualRate}>
          <InputNumber
            min={0}
            max={1000}
            step={0.1}
            value={toPercent(content.annualRate)}
            onChange={(typed) => set({ annualRate: fromPercent(typed) })}
          />
        </Field>
        <Field label={words.secured}>
          <Switch aria-label={words.secured} checked={content.secured} onChange={(secured) => set({ secured })} />
        </Field>
      </div>
    </Panel>
  )
}

const StatedPart = ({ content, set, check }: PartProps & { check: OfferCheck | undefined }) => {
  const t = useText()
  const words = t.offers
  const { example, stated } = content
  const cost = check?.cost.example
  const rounded = (rate: number) => Math.round(rate * 1e4) / 1e4
  const rate = (field: 'simple' | 'compound') => (
    <Field label={field === 'simple' ? words.statedSimple : words.statedCompound}>
      <InputNumber
        min={0}
        max={1000}
        step={0.01}
        value={stated[field] === null ? null : toPercent(stated[field])}
        onChange={(typed) => set({ stated: { ...stated, [field]: typed === null ? null : fromPercent(typed) } })}
      />
    </Field>
  )
  return (
    <Panel
      title={words.example}
      extra={
        cost && (
          <Button onClick={() => set({ stated: { simple: rounded(cost.simple), compound: rounded(cost.compound) } })}>
            {words.useTrue}
          </Button>
        )
      }
    >
      <div className="fields">
        <Field label={words.exampleAmount}>
          <InputNumber
            min={1}
            value={toYuan(example.amountFen)}
            onChange={(typed) => set({ example: { ...example, amountFen: Math.max(100, fromYuan(typed)) } })}
          />
        </Field>
        <Field label={words.exampleTerm}>
          <InputNumber
            min={1}
            max={360}
            precision={0}
            value={example.instalments}
            onChange={(typed) => set({ example: { ...example, instalments: typed ?? 1 } })}
          />
        </Field>
        {rate('simple')}
        {rate('compound')}
      </div>
    </Panel>
  )
}

const EligibilityPart = ({ content, set }: PartProps) => {
  const t = useText()
  const words = t.offers
  const { eligibility } = content
  const tell = (change: Partial<OfferContent['eligibility']>) => set({ eligibility: { ...eligibility, ...change } })
  const bound = (
    label: string,
    field: 'maxDebtBurden' | 'maxExposure' | 'maxLenders' | 'maxEnquiries',
    step: number,
  ) => (
    <Field label={label}>
      <InputNumber
        min={0}
        step={step}
        placeholder={words.ownLimit}
        value={eligibility[field]}
        onChange={(typed) => tell({ [field]: typed })}
      />
    </Field>
  )
  return (
    <Panel title={words.eligibility}>
      <div className="fields">
        <Field label={words.minAge}>
          <InputNumber
            min={18}
            max={100}
            precision={0}
            value={eligibility.minAge}
            onChange={(typed) => tell({ minAge: typed ?? 18 })}
          />
        </Field>
        <Field label={words.maxAge}>
          <InputNumber
            min={18}
            max={120}
            precision={0}
            value={eligibility.maxAge}
            onChange={(maxAge) => tell({ maxAge })}
          />
        </Field>
        <Field label={words.tiers} hint={words.tiersHint}>
          <Select
            mode="tags"
            open={false}
            suffixIcon={null}
            aria-label={words.tiers}
            value={eligibility.tiers}
            onChange={(tiers: string[]) => tell({ tiers })}
            style={{ width: '100%' }}
          />
        </Field>
        <Field label={words.minIncome}>
          <InputNumber
            min={0}
            value={eligibility.minIncomeFen === null ? null : toYuan(eligibility.minIncomeFen)}
            onChange={(typed) => tell({ minIncomeFen: typed === null ? null : fromYuan(typed) })}
          />
        </Field>
        {bound(words.maxDebtBurden, 'maxDebtBurden', 0.05)}
        {bound(words.maxExposure, 'maxExposure', 1)}
        {bound(words.maxLenders, 'maxLenders', 1)}
        {bound(words.maxEnquiries, 'maxEnquiries', 1)}
      </div>
    </Panel>
  )
}
