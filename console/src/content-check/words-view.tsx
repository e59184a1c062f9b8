import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useLaw } from '../creatives/findings.tsx'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Field, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { addWord, getRules, retireWord } from './content-calls.ts'
import { type OwnWord, type RulePage, wordCategories } from './content-shapes.ts'

export const WordsView = () => {
  const rules = useQuery({ queryKey: ['content', 'rules'], queryFn: ({ signal }) => getRules(signal) })
  return (
    <Loaded query={rules} lines={8}>
      {(page) => (
        <>
          <OwnWords own={page.own} />
          <Packs page={page} />
        </>
      )}
    </Loaded>
  )
}

const useCategory = () => {
  const t = useText()
  return (category: string) => {
    const name = t.creatives.categoriesOfFindings[category]
    return name === undefined || name.startsWith(category) ? (name ?? category) : `${category} ${name}`
  }
}

const OwnWords = ({ own }: { own: readonly OwnWord[] }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const confirm = useConfirm()
  const words = t.content
  const category = useCategory()
  const [adding, setAdding] = useState<'word' | 'exception'>()
  const retire = useMutation({
    mutationFn: retireWord,
    onSettled: () => client.invalidateQueries({ queryKey: ['content'] }),
    onError: fail,
  })
  return (
    <Panel
      title={words.ownWords}
      note={words.ownHint}
      flush
      extra={
        can('content.write') && (
          <>
            <Button onClick={() => setAdding('exception')}>{words.addException}</Button>
            <Button type="primary" onClick={() => setAdding('word')}>
              {words.addWord}
            </Button>
          </>
        )
      }
    >
      <Table
        label={words.ownWords}
        rows={own}
        rowKey={({ id }) => id}
        blank={<Blank icon="dictionary" title={words.noOwn} compact />}
        columns={[
          { key: 'text', title: words.word, card: 'lead', cell: (row) => <span className="strong">{row.text}</span> },
          {
            key: 'kind',
            title: words.kind,
            fit: true,
            cell: (row) =>
              row.kind === 'word' ? (
                <Badge tone={row.action === 'block' ? 'bad' : 'warn'}>
                  {category(row.category ?? '')} · {words.actions[row.action ?? 'flag']}
                </Badge>
              ) : (
                <Badge tone="good">
                  {words.kinds.exception} · {row.word}
                </Badge>
              ),
          },
          { key: 'reason', title: words.reason, cell: (row) => row.reason },
          { key: 'by', title: words.by, fit: true, cell: (row) => row.addedBy },
          { key: 'at', title: words.at, fit: true, cell: (row) => <Ago at={row.addedAt} /> },
          ...(can('content.write')
            ? [
                {
                  key: 'retire',
                  title: words.retire,
                  fit: true,
                  cell: (row: OwnWord) => (
                    <Button
                      size="small"
                      onClick={() =>
                        confirm({
                          title: words.retireTitle(row.text),
                          okText: words.retire,
                          run: () => retire.mutateAsync(row.id),
                        })
                      }
                    >
                      {words.retire}
                    </Button>
                  ),
                },
              ]
            : []),
        ]}
      />
      {adding && <WordDialog kind={adding} onClose={() => setAdding(undefined)} />}
    </Panel>
  )
}

const WordDialog = ({ kind, onClose }: { kind: 'word' | 'exception'; onClose: () => void }) => {
  const t = useText()
  const words = t.content
  const client = useQueryClient()
  const fail = useFailureToast()
  const category = useCategory()
  const form = useId()
  const [text, setText] = useState('')
  const [word, setWord] = useState('')
  const [of, setOf] = useState<string>('B3')
  const [action, setAction] = useState<'block' | 'flag'>('block')
  const [reason, setReason] = useState('')
  const save = useMutation({
    mutationFn: () =>
      addWord(kind === 'word' ? { kind, text, category: of, action, reason } : { kind, text, word, reason }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['content'] })
      onClose()
    },
    onError: fail,
  })
  const ready = text.trim() !== '' && reason.trim().length >= 2 && (kind === 'word' || word.trim() !== '')
  return (
    <Modal
      open
      title={kind === 'word' ? words.addWord : words.addException}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) save.mutate()
        }}
      >
        {kind === 'exception' && (
          <Field label={words.word}>
            <Input value={word} maxLength={40} onChange={(event) => setWord(event.target.value)} />
          </Field>
        )}
        <Field
          label={kind === 'word' ? words.word : words.phrase}
          hint={kind === 'word' ? undefined : words.phraseHint}
        >
          <Input value={text} maxLength={40} onChange={(event) => setText(event.target.value)} />
        </Field>
        {kind === 'word' && (
          <>
            <Field label={words.inCategory}>
              <Select
                aria-label={words.inCategory}
                value={of}
                onChange={setOf}
                options={wordCategories
                  .filter((one) => one !== 'B11' && one !== 'M1')
                  .map((value) => ({ value, label: category(value) }))}
                style={{ width: '100%' }}
              />
            </Field>
            <Field label={words.action}>
              <Select
                aria-label={words.action}
                value={action}
                onChange={setAction}
                options={(['block', 'flag'] as const).map((value) => ({ value, label: words.actions[value] }))}
                style={{ width: '100%' }}
              />
            </Field>
          </>
        )}
        <Field label={words.reason}>
          <Input value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}

const Packs = ({ page }: { page: RulePage }) => {
  const t = useText()
  const words = t.content
  const law = useLaw()
  const category = useCategory()
  const [typed, setTyped] = useState('')
  const sought = typed.trim().toLowerCase()
  const fits = (word: string) => sought === '' || word.toLowerCase().includes(sought)
  return (
    <>
      <Panel title={words.packs} note={words.rulesInForce(page.name)}>
        <Input
          allowClear
          prefix={<Icon name="search" size={16} />}
          placeholder={words.searchWords}
          aria-label={words.searchWords}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          style={{ maxWidth: 320 }}
        />
      </Panel>
      {page.packs.map((pack) => {
        const rules = pack.rules
          .map((rule) => ({ ...rule, words: rule.words.filter(fits) }))
          .filter((rule) => rule.words.length > 0)
        const exceptions = pack.exceptions.filter(({ word, phrases }) => fits(word) || phrases.some(fits))
        return (
          <Panel
            key={pack.from}
            title={
              <span className="row">
                {words.packFrom(pack.from)}
                {!pack.inForce && <Badge tone="warn">{words.notYet}</Badge>}
              </span>
            }
            note={`${pack.source} · ${words.reviewBy(pack.reviewBy)}`}
          >
            {rules.length === 0 && exceptions.length === 0 && <p className="muted">{words.noneFit}</p>}
            {rules.map((rule) => (
              <section key={`${rule.category} ${rule.action} ${rule.words[0]}`}>
                <div className="row">
                  <Badge tone={rule.action === 'block' ? 'bad' : 'warn'}>{words.actions[rule.action]}</Badge>
                  <span className="strong">{category(rule.category)}</span>
                  <span className="muted small">{law(rule.article).article}</span>
                </div>
                <div className="word-cloud">
                  {rule.words.map((word) => (
                    <span key={word}>{word}</span>
                  ))}
                </div>
              </section>
            ))}
            {exceptions.length > 0 && (
              <details open={sought !== ''}>
                <summary className="strong">
                  {words.exceptions} · {exceptions.length}
                </summary>
                {exceptions.map(({ word, phrases }) => (
                  <div key={word}>
                    <span className="muted small">{word}</span>
                    <div className="word-cloud">
                      {phrases.map((phrase) => (
                        <span key={phrase}>{phrase}</span>
                      ))}
                    </div>
                  </div>
                ))}
              </details>
            )}
          </Panel>
        )
      })}
    </>
  )
}
