import './portraits.css'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { App, Button, Dropdown, Input, Modal } from 'antd'
import { useState } from 'react'
import { ExportDialog } from '../audiences/export-dialog.tsx'
import { CustomerTable } from '../customers/customers-page.tsx'
import { useActorName } from '../i18n/actor-name.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Code, Tile } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { useWhy } from './list-why.ts'
import { changeList, deleteList, getList, getListMembers, verifyList } from './portrait-calls.ts'
import type { List } from './portrait-shapes.ts'

export const ListPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/lists/$id' })
  const list = useQuery({ queryKey: ['lists', 'one', id], queryFn: ({ signal }) => getList(id, signal) })
  if (!list.data) {
    return (
      <Page title={t.portraits.lists.title} back={{ to: '/lists', label: t.portraits.lists.title }}>
        <Panel>
          <Loaded query={list}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Shown list={list.data} />
}

const Shown = ({ list }: { list: List }) => {
  const t = useText()
  const why = useWhy()
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [exporting, setExporting] = useState(false)
  const [naming, setNaming] = useState(false)
  const verify = useMutation({
    mutationFn: () => verifyList(list.id),
    onSuccess: ({ matches }) => {
      if (matches) message.success(t.portraits.lists.verified)
      else message.error(t.portraits.lists.notVerified)
    },
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteList(list.id),
    onSuccess: async () => {
      await navigate({ to: '/lists' })
      await client.invalidateQueries({ queryKey: ['lists'] })
    },
    onError: fail,
  })
  return (
    <Page
      title={list.name}
      back={{ to: '/lists', label: t.portraits.lists.title }}
      subtitle={why(list)}
      actions={
        <>
          <Button type="primary" onClick={() => navigate({ to: '/portraits', search: { of: `list:${list.id}` } })}>
            {t.portraits.lists.portrait}
          </Button>
          {can('audiences.write') && (
            <Button onClick={() => navigate({ to: '/lookalikes', search: { seed: `list:${list.id}` } })}>
              {t.portraits.lists.lookalike}
            </Button>
          )}
          {can('customers.export') && (
            <Button icon={<Icon name="download" size={16} />} onClick={() => setExporting(true)}>
              {t.exports.action}
            </Button>
          )}
          {can('audiences.write') && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'rename', label: t.portraits.lists.rename, icon: <Icon name="edit" size={16} /> },
                  { key: 'delete', label: t.ui.remove, danger: true, icon: <Icon name="trash" size={16} /> },
                ],
                onClick: ({ key }) => {
                  if (key === 'rename') return setNaming(true)
                  return confirm({
                    title: t.portraits.lists.deleteTitle(list.name),
                    content: t.portraits.lists.deleteHint,
                    okText: t.ui.remove,
                    danger: true,
                    run: () => drop.mutateAsync(),
                  })
                },
              }}
            >
              <Button aria-label={t.ui.moreActions} icon={<Icon name="more" size={16} />} />
            </Dropdown>
          )}
        </>
      }
    >
      <div className="tiles">
        <Tile
          label={t.portraits.lists.size}
          value={format.count(list.size)}
          unit={t.portraits.people}
          note={t.portraits.asOf(format.dateTime(list.asOf))}
        />
        <div className="tile">
          <div className="tile-label">{t.portraits.lists.origin}</div>
          <div className="tile-value">
            <Badge tone="teal">{t.portraits.lists.kinds[list.kind]}</Badge>
          </div>
          <div className="tile-note">
            {list.audienceId && (
              <Link to="/audiences/$id" params={{ id: list.audienceId }}>
                {t.portraits.audience}
              </Link>
            )}{' '}
            {t.portraits.lists.by(actorName(list.createdBy))} <Ago at={list.createdAt} />
          </div>
        </div>
      </div>
      {can('customers.read') && <Members list={list} />}
      <Panel
        title={t.portraits.lists.origin}
        extra={
          <Button size="small" loading={verify.isPending} onClick={() => verify.mutate()}>
            {t.portraits.lists.verify}
          </Button>
        }
      >
        <p className="muted small list-hash">
          {t.portraits.lists.hash}（SHA-256）<code>{list.contentHash}</code>
        </p>
        <Code text={JSON.stringify(list.madeOf, null, 2)} />
      </Panel>
      {exporting && <ExportDialog what={`list:${list.id}`} name={list.name} onClose={() => setExporting(false)} />}
      {naming && <NameDialog list={list} onClose={() => setNaming(false)} />}
    </Page>
  )
}

const Members = ({ list }: { list: List }) => {
  const t = useText()
  const members = useInfiniteQuery({
    queryKey: ['lists', 'members', list.id],
    queryFn: ({ pageParam, signal }) => getListMembers(list.id, { limit: 25, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Panel title={t.portraits.lists.members} flush>
      <Loaded query={members} lines={8}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          return rows.length === 0 ? (
            <Blank icon="audiences" title={t.portraits.lists.noMembers} />
          ) : (
            <CustomerTable rows={rows} searching={false} more={members} />
          )
        }}
      </Loaded>
    </Panel>
  )
}

const NameDialog = ({ list, onClose }: { list: List; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(list.name)
  const [why, setWhy] = useState(list.why)
  const change = useMutation({
    mutationFn: () => changeList(list.id, { name: name.trim(), why: why.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.portraits.lists.rename}
      onCancel={onClose}
      okButtonProps={{ disabled: name.trim() === '', loading: change.isPending }}
      onOk={() => change.mutate()}
    >
      <div className="stack-16">
        <Field label={t.portraits.name}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.portraits.why}>
          <Input value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
