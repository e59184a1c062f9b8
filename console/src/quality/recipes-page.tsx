import './quality.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Popconfirm } from 'antd'
import { useState } from 'react'
import { listTraits } from '../customers/customer-calls.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { Cleanings } from './cleanings.tsx'
import { applyRecipe, deleteRecipe, listRecipes, previewSteps, saveRecipe } from './quality-calls.ts'
import type { Recipe, RecipePreview, Step } from './quality-shapes.ts'
import { QualityTabs } from './quality-tabs.tsx'
import { isComplete, newStep, StepEditor } from './step-editor.tsx'

export const RecipesPage = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const format = useFormats()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [open, setOpen] = useState<Recipe | 'new'>()
  const recipes = useQuery({ queryKey: ['quality', 'recipes'], queryFn: ({ signal }) => listRecipes(signal) })
  const settle = () => client.invalidateQueries({ queryKey: ['quality'] })
  const apply = useMutation({
    mutationFn: applyRecipe,
    onSuccess: () => {
      message.success(t.quality.applied)
      return settle()
    },
    onError: fail,
  })
  const drop = useMutation({ mutationFn: deleteRecipe, onSuccess: settle, onError: fail })
  const create = can('quality.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setOpen('new')}>
      {t.quality.newRecipe}
    </Button>
  )
  return (
    <Page title={t.quality.title} subtitle={t.quality.subtitle} actions={!open && create}>
      <QualityTabs />
      <div className="stack-16">
        {open ? (
          <RecipeEditor
            key={open === 'new' ? 'new' : open.id}
            recipe={open === 'new' ? undefined : open}
            onClose={() => setOpen(undefined)}
          />
        ) : (
          <Panel title={t.quality.recipes} flush>
            <Loaded query={recipes}>
              {({ items }) => (
                <Table
                  label={t.quality.recipes}
                  rows={items}
                  rowKey={(row) => row.id}
                  blank={
                    <Blank icon="quality" title={t.quality.noRecipes} hint={t.quality.noRecipesHint}>
                      {create}
                    </Blank>
                  }
                  columns={[
                    {
                      key: 'name',
                      title: t.quality.recipeName,
                      card: 'lead',
                      cell: (row) => (
                        <>
                          <Button type="link" className="strong recipe-name" onClick={() => setOpen(row)}>
                            {row.name}
                          </Button>
                          <div className="muted small">
                            {row.steps.map((step) => t.quality.kinds[step.do]).join(' → ')}
                          </div>
                        </>
                      ),
                    },
                    {
                      key: 'steps',
                      title: t.quality.steps,
                      fit: true,
                      align: 'right',
                      cell: (row) => t.quality.stepCount(format.count(row.steps.length)),
                    },
                    { key: 'changed', title: t.quality.at, fit: true, cell: (row) => <Ago at={row.changedAt} /> },
                    {
                      key: 'do',
                      title: t.ui.actions,
                      fit: true,
                      card: 'bare',
                      cell: (row) =>
                        can('quality.write') && (
                          <span className="row">
                            <Button
                              size="small"
                              icon={<Icon name="play" size={14} />}
                              disabled={row.steps.some((step) => step.do === 'deduplicate')}
                              loading={apply.isPending && apply.variables === row.name}
                              onClick={() =>
                                confirm({
                                  title: t.quality.apply,
                                  content: t.quality.applySure(row.name),
                                  okText: t.quality.apply,
                                  run: () => apply.mutateAsync(row.name),
                                })
                              }
                            >
                              {t.quality.apply}
                            </Button>
                            <Popconfirm title={t.quality.deleteRecipeSure} onConfirm={() => drop.mutate(row.name)}>
                              <Button
                                size="small"
                                aria-label={`${t.quality.deleteRecipe} ${row.name}`}
                                icon={<Icon name="trash" size={14} />}
                              />
                            </Popconfirm>
                          </span>
                        ),
                    },
                  ]}
                />
              )}
            </Loaded>
          </Panel>
        )}
        <Cleanings />
      </div>
    </Page>
  )
}

let lastKey = 0
const keyed = (step: Step) => ({ key: ++lastKey, step })

const RecipeEditor = ({ recipe, onClose }: { recipe: Recipe | undefined; onClose: () => void }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const titles = useTraitTitles()
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal), staleTime: 60_000 })
  const [name, setName] = useState(recipe?.name ?? '')
  const [description, setDescription] = useState(recipe?.description ?? '')
  const [steps, setSteps] = useState(() => (recipe?.steps ?? [newStep('normalise')]).map(keyed))
  const plain = steps.map(({ step }) => step)
  const complete = plain.length > 0 && plain.every(isComplete)
  const preview = useMutation({
    mutationFn: () => previewSteps(plain.filter((step) => step.do !== 'deduplicate')),
    onError: fail,
  })
  const save = useMutation({
    mutationFn: () => saveRecipe({ name: name.trim(), description: description.trim(), steps: plain }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['quality', 'recipes'] })
      onClose()
    },
    onError: fail,
  })
  const options = (traits.data?.items ?? []).map(({ name }) => ({ value: name, label: titles(name) }))
  const move = (from: number, by: -1 | 1) =>
    setSteps((before) => {
      const to = from + by
      const moved = before[from]
      if (!moved || to < 0 || to >= before.length) return before
      const rest = before.filter((_, at) => at !== from)
      return [...rest.slice(0, to), moved, ...rest.slice(to)]
    })
  return (
    <>
      <Panel
        title={recipe ? recipe.name : t.quality.newRecipe}
        extra={<Button onClick={onClose}>{t.ui.cancel}</Button>}
      >
        <form
          className="stack-16"
          onSubmit={(event) => {
            event.preventDefault()
            if (complete && name.trim() !== '') save.mutate()
          }}
        >
          <div className="rule-fields">
            <Field label={t.quality.recipeName}>
              <Input
                maxLength={100}
                disabled={recipe !== undefined}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
            <Field label={t.quality.description}>
              <Input maxLength={1_000} value={description} onChange={(event) => setDescription(event.target.value)} />
            </Field>
          </div>
          <ol className="stack" aria-label={t.quality.steps}>
            {steps.map(({ key, step }, index) => (
              <StepEditor
                key={key}
                step={step}
                number={index + 1}
                options={options}
                onChange={(next) =>
                  setSteps((before) => before.map((one) => (one.key === key ? { key, step: next } : one)))
                }
                onRemove={() => setSteps((before) => before.filter((one) => one.key !== key))}
                onMove={steps.length > 1 ? (by) => move(index, by) : undefined}
              />
            ))}
          </ol>
          <div className="row row-between">
            <Button
              icon={<Icon name="plus" size={16} />}
              onClick={() => setSteps((before) => [...before, keyed(newStep('amount'))])}
            >
              {t.quality.addStep}
            </Button>
            <span className="row">
              <Button
                icon={<Icon name="eye" size={16} />}
                disabled={!complete || !can('quality.write')}
                loading={preview.isPending}
                onClick={() => preview.mutate()}
              >
                {t.quality.preview}
              </Button>
              {can('quality.write') && (
                <Button
                  type="primary"
                  htmlType="submit"
                  disabled={!complete || name.trim() === ''}
                  loading={save.isPending}
                >
                  {t.ui.save}
                </Button>
              )}
            </span>
          </div>
        </form>
      </Panel>
      {preview.data && <Preview preview={preview.data} />}
    </>
  )
}

const Preview = ({ preview }: { preview: RecipePreview }) => {
  const t = useText()
  const format = useFormats()
  const titles = useTraitTitles()
  const rows = preview.rows
    .slice(0, 30)
    .flatMap(({ customer, changes }) => changes.map((change) => ({ customer, ...change })))
  return (
    <Panel
      title={t.quality.preview}
      note={t.quality.previewOf(format.count(preview.read), format.count(preview.changed))}
      flush
    >
      <ol className="panel-body small muted">
        {preview.counts.map((count, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have no other name
          <li key={index}>
            {t.quality.step(index + 1)}:{' '}
            {t.quality.touched(format.count(count.tried), format.count(count.changed), format.count(count.unable))}
          </li>
        ))}
      </ol>
      <Table
        label={t.quality.preview}
        rows={rows}
        rowKey={(row) => `${row.customer} ${row.field}`}
        blank={<Blank compact title={t.quality.noChanges} />}
        columns={[
          { key: 'customer', title: t.quality.customer, fit: true, cell: (row) => `#${row.customer}` },
          { key: 'field', title: t.quality.field, card: 'lead', cell: (row) => titles(row.field) },
          {
            key: 'before',
            title: t.quality.before,
            cell: (row) =>
              row.before === null ? (
                <span className="muted">{t.quality.empty}</span>
              ) : (
                <span className="value-shown">{row.before}</span>
              ),
          },
          {
            key: 'after',
            title: t.quality.after,
            cell: (row) => <span className="value-shown strong">{row.after ?? t.quality.empty}</span>,
          },
        ]}
      />
    </Panel>
  )
}
