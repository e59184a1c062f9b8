import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { campaignsOfCrisis, productChoices, resumeCampaign, tellProductCrisis } from './incident-calls.ts'
import type { Incident } from './incident-shapes.ts'

/** One click pauses what advertises a product; what was paused can go on from here. */
export const ProductsPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const fail = useFailureToast()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [product, setProduct] = useState<string>()
  const [asking, setAsking] = useState(false)
  const reads = can('campaigns.read')
  const choices = useQuery({
    queryKey: ['campaigns', 'products'],
    queryFn: ({ signal }) => productChoices(signal),
    enabled: reads,
  })
  const paused = useQuery({
    queryKey: ['campaigns', 'of-crisis', incident.id],
    queryFn: ({ signal }) => campaignsOfCrisis(incident.id, signal),
    refetchInterval: incident.productKeys.length > 0 ? 5_000 : false,
    enabled: reads,
  })
  const tell = useMutation({
    mutationFn: (reason: string) => tellProductCrisis(incident.id, product ?? '', reason),
    onSuccess: (data) => {
      setAsking(false)
      setProduct(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
      message.success(words.productDone)
      void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
  const resume = useMutation({
    mutationFn: resumeCampaign,
    onSuccess: () => client.invalidateQueries({ queryKey: ['campaigns'] }),
    onError: fail,
  })
  if (!reads) return null
  const kinds: Readonly<Record<string, string>> = words.productKinds
  return (
    <Panel title={words.products}>
      <div className="stack">
        <p className="small muted">{words.productsHint}</p>
        {incident.may.handle && incident.state !== 'closed' && (
          <div className="row">
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={words.product}
              placeholder={words.product}
              style={{ flex: 1, minWidth: 180 }}
              {...(product !== undefined && { value: product })}
              loading={choices.isFetching}
              onChange={setProduct}
              options={(choices.data?.items ?? []).map(({ key, name, running }) => ({
                value: key,
                label: `${name || kinds[key] || key}（${words.running(running)}）`,
              }))}
            />
            <Button danger disabled={product === undefined} onClick={() => setAsking(true)}>
              {words.pauseProduct}
            </Button>
          </div>
        )}
        <h3 className="small strong">{words.pausedCampaigns}</h3>
        <Loaded query={paused} lines={2} compact>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted small">{words.noPaused}</p>
            ) : (
              items.map((campaign) => (
                <div key={campaign.id} className="row row-between">
                  <span>
                    <Link to="/campaigns/$id" params={{ id: String(campaign.id) }}>
                      {campaign.name}
                    </Link>
                    <div className="muted small">
                      <Ago at={campaign.pausedAt} />
                    </div>
                  </span>
                  <span className="row">
                    <Badge tone={campaign.state === 'paused' ? 'warn' : 'plain'}>
                      {words.campaignStates[campaign.state] ?? campaign.state}
                    </Badge>
                    {campaign.state === 'paused' && can('campaigns.run') && (
                      <Button size="small" loading={resume.isPending} onClick={() => resume.mutate(campaign.id)}>
                        {words.resumeCampaign}
                      </Button>
                    )}
                  </span>
                </div>
              ))
            )
          }
        </Loaded>
      </div>
      {asking && (
        <ReasonDialog
          title={words.pauseProduct}
          warning={words.productWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={words.pauseProduct}
          danger
          busy={tell.isPending}
          onConfirm={(reason) => tell.mutate(reason)}
          onClose={() => setAsking(false)}
        />
      )}
    </Panel>
  )
}
