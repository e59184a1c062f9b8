import './offers.css'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useBlocker, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useRef, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Page, Panel } from '../ui/page.tsx'
import { useSettled } from '../ui/settled.ts'
import { Failure, Loaded, Waiting } from '../ui/states.tsx'
import { CostPanels } from './cost-view.tsx'
import { changeOffer, checkOffer, createOffer, getOffer } from './offer-calls.ts'
import { OfferFindings } from './offer-findings.tsx'
import { emptyOffer, OfferForm } from './offer-form.tsx'
import type { Offer, OfferContent } from './offer-shapes.ts'

export const NewOfferPage = () => <Editor saved={undefined} />

export const EditOfferPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/offers/$id/edit' })
  const offer = useQuery({ queryKey: ['offers', 'one', id], queryFn: ({ signal }) => getOffer(Number(id), signal) })
  if (!offer.data)
    return (
      <Page title={t.offers.edit} back={{ to: '/offers', label: t.offers.title }}>
        <Panel>
          <Loaded query={offer}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  return <Editor key={id} saved={offer.data} />
}

const Editor = ({ saved }: { saved: Offer | undefined }) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { modal } = App.useApp()
  const words = t.offers
  const [name, setName] = useState(saved?.name ?? '')
  const [content, setContent] = useState<OfferContent>(() => saved?.content ?? emptyOffer())
  const [changed, setChanged] = useState(false)
  const leaving = useRef(false)
  const set = (change: Partial<OfferContent>) => {
    setChanged(true)
    setContent((before) => ({ ...before, ...change }))
  }
  useBlocker({
    shouldBlockFn: async () =>
      changed &&
      !leaving.current &&
      !(await modal.confirm({ title: words.discard, okText: t.ui.confirm, cancelText: t.ui.cancel })),
    enableBeforeUnload: () => changed && !leaving.current,
  })
  const settled = useSettled(JSON.stringify({ name, content }), 350)
  const check = useQuery({
    queryKey: ['offers', 'checkDraft', saved?.id ?? 0, settled],
    queryFn: ({ signal }) => {
      const draft = JSON.parse(settled) as { name: string; content: OfferContent }
      return checkOffer({ ...(saved && { id: saved.id }), ...draft }, signal)
    },
    placeholderData: keepPreviousData,
    retry: false,
  })
  const save = useMutation({
    mutationFn: () =>
      saved
        ? changeOffer(saved.id, { name: name.trim(), content, basedOn: saved.draftVersion })
        : createOffer({ name: name.trim(), content }),
    onSuccess: async ({ id }) => {
      leaving.current = true
      await client.invalidateQueries({ queryKey: ['offers'] })
      await navigate({ to: '/offers/$id', params: { id: String(id) } })
    },
    onError: fail,
  })
  const cost = check.data?.cost
  const worst = cost?.cap ? Math.max(0, ...cost.points.map((point) => point[cost.cap?.compare ?? 'simple'])) : undefined
  const blocks = check.data?.findings.filter(({ action }) => action === 'block').length ?? 0
  return (
    <Page
      title={saved ? saved.name : words.create}
      back={{ to: '/offers', label: words.title }}
      subtitle={words.live}
      actions={
        <Button type="primary" disabled={name.trim() === ''} loading={save.isPending} onClick={() => save.mutate()}>
          {words.save}
        </Button>
      }
    >
      <div className="grid grid-main">
        <OfferForm
          name={name}
          setName={(name) => {
            setChanged(true)
            setName(name)
          }}
          content={content}
          set={set}
          check={check.data}
        />
        <div className="stack-16">
          {check.error && !check.data ? (
            <Panel>
              <Failure error={check.error} compact />
            </Panel>
          ) : !check.data ? (
            <Panel>
              <Waiting />
            </Panel>
          ) : (
            <>
              {cost?.example && (
                <CostPanels cost={cost.example} cap={cost.cap} {...(worst !== undefined && { worst })} />
              )}
              <Panel title={words.findings} note={blocks > 0 ? words.blocked(String(blocks)) : undefined}>
                <OfferFindings findings={check.data.findings} />
              </Panel>
            </>
          )}
        </div>
      </div>
    </Page>
  )
}
