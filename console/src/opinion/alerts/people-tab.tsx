import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Field, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { getPeople, type Person, saveContact } from './alert-calls.ts'

const fields = ['mobile', 'dingtalk', 'wecom', 'feishu'] as const

/** How people are reached and called by name. */
export const PeopleTab = () => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const [person, setPerson] = useState<Person>()
  const people = useQuery({ queryKey: ['opinion', 'people'], queryFn: ({ signal }) => getPeople(signal) })
  return (
    <Panel flush title={words.people} note={words.peopleNote}>
      <Loaded query={people}>
        {({ people }) => (
          <Table
            label={words.people}
            rows={people}
            rowKey={({ id }) => id}
            blank={<Blank compact icon="users" title={words.nobody} />}
            columns={[
              {
                key: 'name',
                title: words.name,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.name}</span>
                    <div className="muted small">
                      {row.roles.map((role) => t.roles[role as keyof typeof t.roles] ?? role).join('、')}
                    </div>
                  </>
                ),
              },
              {
                key: 'known',
                title: words.people,
                cell: (row) => (
                  <span className="row">
                    <Badge tone={row.hasEmail ? 'good' : 'plain'}>
                      {row.hasEmail ? words.hasEmail : words.noEmail}
                    </Badge>
                    {row.mobile && <Badge tone="good">{row.mobile}</Badge>}
                    {(['dingtalk', 'wecom', 'feishu'] as const).map(
                      (name) => row[name] && <Badge key={name}>{words[name]}</Badge>,
                    )}
                  </span>
                ),
              },
              {
                key: 'act',
                title: '',
                card: 'bare',
                fit: true,
                cell: (row) =>
                  can('opinion.alerts') && (
                    <Button size="small" aria-label={words.contactFor(row.name)} onClick={() => setPerson(row)}>
                      {words.editContact}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
      {person && <ContactDialog person={person} onClose={() => setPerson(undefined)} />}
    </Panel>
  )
}

const ContactDialog = ({ person, onClose }: { person: Person; onClose: () => void }) => {
  const t = useText()
  const words = t.alerts
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [contact, setContact] = useState<Record<(typeof fields)[number], string>>({
    mobile: '',
    dingtalk: '',
    wecom: '',
    feishu: '',
  })
  const save = useMutation({
    mutationFn: () => saveContact(person.id, contact),
    onSuccess: async () => {
      message.success(words.savedContact)
      await client.invalidateQueries({ queryKey: ['opinion', 'people'] })
      onClose()
    },
    onError: fail,
  })
  const fits = contact.mobile === '' || /^1[3-9]\d{9}$/.test(contact.mobile)
  return (
    <Modal
      open
      title={words.contactFor(person.name)}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ disabled: !fits, loading: save.isPending }}
      onOk={() => save.mutate()}
    >
      <div className="stack-16">
        <p className="muted small">{words.contactNote}</p>
        {fields.map((name) => (
          <Field key={name} label={words[name]}>
            <Input
              aria-label={words[name]}
              autoComplete="off"
              maxLength={100}
              value={contact[name]}
              onChange={(event) => setContact({ ...contact, [name]: event.target.value.trim() })}
            />
          </Field>
        ))}
      </div>
    </Modal>
  )
}
