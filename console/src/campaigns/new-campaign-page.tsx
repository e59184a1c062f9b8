import './campaigns.css'
import './journey.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input, Radio } from 'antd'
import { useState } from 'react'
import { getFields } from '../audiences/audience-calls.ts'
import { useText } from '../i18n/text.ts'
import { FieldsGiven } from '../insights/pickers.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { createCampaign } from './campaign-calls.ts'
import { Group } from './form-parts.tsx'
import { keepLocally } from './kept-draft.ts'
import { StepsBar } from './steps-bar.tsx'
import { TemplateCards } from './template-cards.tsx'
import type { TemplateKey } from './template-keys.ts'
import { type Template, templateOf } from './templates.ts'
import { TriggerForm } from './trigger-form.tsx'
import { openPlaces, triggerGaps } from './unfinished.ts'

/** From a template to a draft whose journey can be drawn; the page of the campaign leads on from there. */
export const NewCampaignPage = () => {
  const t = useText()
  const words = t.campaigns
  const { template: asked } = useSearch({ from: '/inside/campaigns/new' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [key, setKey] = useState<TemplateKey | undefined>(asked)
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const made = (from: TemplateKey) => templateOf(from, { ...words.templateSteps, outcomes: words.form.outcomesDefault })
  const [template, setTemplate] = useState<Template | undefined>(() => asked && made(asked))
  const [at, setAt] = useState(asked ? 1 : 0)
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })

  const choose = (next: TemplateKey) => {
    setKey(next)
    setTemplate(made(next))
    setAt(1)
  }
  const create = useMutation({
    mutationFn: async ({ category, definition }: Template) => {
      const draft = { name: name.trim(), description, category, priority: 50, definition }
      const finished = openPlaces(draft.name, definition).length === 0
      // The server takes only what is filled in: the rest waits in this browser, and is saved once it is.
      const start = finished ? definition : { ...definition, journey: { start: null, steps: {} } }
      const campaign = await createCampaign({ ...draft, definition: start })
      if (!finished) keepLocally(campaign.id, { basedOn: campaign.draftVersion, fresh: true, draft })
      return campaign
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['campaigns', 'list'] })
      await navigate({ to: '/campaigns/$id', params: { id: String(id) }, search: { tab: 'design', guide: true } })
    },
    onError: fail,
  })
  const gaps = template ? triggerGaps(template.definition.trigger) : []
  const ready = template !== undefined && name.trim() !== '' && gaps.length === 0
  return (
    <Page title={words.wizardTitle} back={{ to: '/campaigns', label: words.title }}>
      <StepsBar at={at} onGo={(step) => step === 0 && setAt(0)} />
      {at === 0 || !template ? (
        <Panel title={words.wizardSteps[0]}>
          <TemplateCards value={key} onChoose={choose} />
        </Panel>
      ) : (
        <>
          <Panel title={words.basics}>
            <div className="fields-2">
              <Field label={words.name}>
                <Input
                  size="large"
                  autoFocus
                  maxLength={100}
                  placeholder={key === undefined ? words.nameHint : words.templates[key]}
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              </Field>
              <Field label={words.description}>
                <Input
                  size="large"
                  maxLength={1000}
                  placeholder={words.descriptionHint}
                  value={description}
                  onChange={(event) => setDescription(event.target.value)}
                />
              </Field>
            </div>
            <div className="panel-space">
              <Group label={words.category} hint={words.categoryHints[template.category]}>
                <Radio.Group
                  value={template.category}
                  onChange={({ target }) =>
                    setTemplate({ ...template, category: target.value === 'service' ? 'service' : 'marketing' })
                  }
                  options={(['marketing', 'service'] as const).map((value) => ({
                    value,
                    label: words.categories[value],
                  }))}
                />
              </Group>
            </div>
          </Panel>
          <Panel title={words.wizardSteps[1]}>
            <Loaded query={fields}>
              {(known) => (
                <FieldsGiven fields={known}>
                  <TriggerForm
                    value={template.definition.trigger}
                    disabled={false}
                    onChange={(trigger) =>
                      setTemplate({ ...template, definition: { ...template.definition, trigger } })
                    }
                  />
                </FieldsGiven>
              )}
            </Loaded>
          </Panel>
          <div className="c-forward">
            {!ready && (
              <span className="muted small">
                {name.trim() === '' ? words.gaps.name : (gaps[0] && words.gaps[gaps[0]]) || words.unfinishedHere}
              </span>
            )}
            <Button onClick={() => setAt(0)}>{t.ui.back}</Button>
            <Button
              type="primary"
              size="large"
              disabled={!ready}
              loading={create.isPending}
              onClick={() => create.mutate(template)}
            >
              {words.toDesign}
            </Button>
          </div>
        </>
      )}
    </Page>
  )
}
