import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { createProject, listProjects } from './matching-calls.ts'
import { RunBadge, RunMeter } from './matching-marks.tsx'
import { isGoing } from './matching-shapes.ts'
import { ProposedLinks } from './proposed-links.tsx'

export const MatchingPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const [creating, setCreating] = useState(false)
  const projects = useQuery({
    queryKey: ['matching', 'projects'],
    queryFn: ({ signal }) => listProjects(signal),
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ lastRun }) => lastRun && isGoing(lastRun)) ? 1_000 : false,
  })
  const create = can('customers.merge') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setCreating(true)}>
      {t.matching.create}
    </Button>
  )
  return (
    <Page title={t.matching.title} subtitle={t.matching.subtitle} actions={create}>
      <Panel flush>
        <Loaded query={projects}>
          {({ items }) => (
            <Table
              label={t.matching.title}
              rows={items}
              rowKey={(row) => row.id}
              blank={
                <Blank icon="merge" title={t.matching.none} hint={t.matching.noneHint}>
                  {create}
                </Blank>
              }
              columns={[
                {
                  key: 'name',
                  title: t.matching.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <Link className="strong" to="/matching/$id" params={{ id: row.id }}>
                        {row.name}
                      </Link>
                      <div className="muted small">
                        {row.autoLink ? t.matching.automaticOn : t.matching.automaticOff}
                      </div>
                    </>
                  ),
                },
                {
                  key: 'run',
                  title: t.matching.lastRun,
                  cell: ({ lastRun }) =>
                    lastRun ? (
                      <>
                        <RunBadge state={lastRun.state} /> <Ago at={lastRun.finishedAt ?? lastRun.askedAt} />
                        <RunMeter run={lastRun} />
                      </>
                    ) : (
                      <span className="muted">{t.matching.neverRun}</span>
                    ),
                },
                {
                  key: 'customers',
                  title: t.matching.customers,
                  align: 'right',
                  fit: true,
                  cell: ({ lastRun }) => (lastRun?.records ? format.count(lastRun.records) : '—'),
                },
                {
                  key: 'open',
                  title: t.matching.open,
                  align: 'right',
                  fit: true,
                  cell: (row) =>
                    row.open === 0 ? (
                      '0'
                    ) : (
                      <Link to="/matching/$id/review" params={{ id: row.id }}>
                        <Badge tone="warn">{format.count(row.open)}</Badge>
                      </Link>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      <ProposedLinks />
      {creating && <CreateDialog onClose={() => setCreating(false)} />}
    </Page>
  )
}

const CreateDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => createProject({ name: name.trim() }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['matching'] })
      await navigate({ to: '/matching/$id', params: { id } })
    },
    onError: fail,
  })
  const ready = name.trim() !== ''
  return (
    <Modal
      open
      title={t.matching.create}
      onCancel={onClose}
      okText={t.matching.create}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: create.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) create.mutate()
        }}
      >
        <Notice>{t.matching.createHint}</Notice>
        <Field label={t.matching.name} hint={t.matching.nameHint}>
          <Input autoFocus maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
