import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useRef, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import { readResults, textIn } from './results-csv.ts'
import { sendResults } from './task-calls.ts'
import { outcomeNames, type ResultsTaken } from './task-shapes.ts'
import { en, zh } from './words.ts'

const atOnce = 1_000

/** Outcomes in words of either language, or as codes. */
const known = new Map(
  outcomeNames.flatMap((code) =>
    [code, zh.words.outcomes[code], en.words.outcomes[code]].map((word) => [word.toLowerCase(), code] as const),
  ),
)

/** Outcomes from a file of a call centre, each line by itself. */
export const ResultsDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const client = useQueryClient()
  const words = t.tasks
  const chooser = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const { results, faults } = readResults(text, [zh.words.columns, en.words.columns], known)
  const problems: Readonly<Record<string, string>> = t.problems
  const send = useMutation({
    mutationFn: async () => {
      const items: ResultsTaken['items'] = []
      for (let from = 0; from < results.length; from += atOnce) {
        const page = results.slice(from, from + atOnce).map(({ line: _, ...one }) => one)
        items.push(...(await sendResults({ results: page })).items)
      }
      return items
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['tasks'] }),
  })
  const taken = send.data?.filter((one) => one.taken).length ?? 0
  return (
    <Modal
      open
      width={640}
      title={words.importTitle}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.ui.close}</Button>
          {!send.isSuccess && (
            <Button
              type="primary"
              loading={send.isPending}
              disabled={results.length === 0}
              onClick={() => send.mutate()}
            >
              {words.importStart(format.count(results.length))}
            </Button>
          )}
        </>
      }
    >
      <div className="stack-16">
        {!send.isSuccess && (
          <>
            <p className="muted">{words.importHint}</p>
            <input
              ref={chooser}
              type="file"
              hidden
              aria-label={words.importFile}
              accept=".csv,.txt,.tsv,text/csv,text/plain"
              onChange={async (event) => {
                const [file] = event.target.files ?? []
                if (file) setText(textIn(await file.arrayBuffer()))
                event.target.value = ''
              }}
            />
            <Button icon={<Icon name="file" size={16} />} onClick={() => chooser.current?.click()}>
              {words.importFile}
            </Button>
            <Field label={words.importPaste}>
              <Input.TextArea
                rows={6}
                value={text}
                placeholder={words.importPlaceholder}
                onChange={(event) => setText(event.target.value)}
              />
            </Field>
            {text.trim() !== '' && (
              <Notice tone={faults.length > 0 ? 'warn' : 'info'}>
                {words.importRead(format.count(results.length), format.count(faults.length))}
                <ul className="task-results small">
                  {faults.slice(0, 50).map(({ line, fault, value }) => (
                    <li key={line}>
                      {words.line} {line}：{words.faults[fault]} {value !== '' && <code>{value}</code>}
                    </li>
                  ))}
                </ul>
              </Notice>
            )}
          </>
        )}
        {send.isError && <Notice tone="bad">{problemText(t, send.error)}</Notice>}
        {send.data && (
          <>
            <Notice tone={taken === send.data.length ? 'good' : 'warn'}>
              {words.importDone(format.count(taken), format.count(send.data.length - taken))}
            </Notice>
            <div className="task-results">
              <Table
                label={words.importTitle}
                rows={send.data.map((one, at) => ({ ...one, line: results[at]?.line ?? at + 1 }))}
                rowKey={({ line }) => line}
                blank={null}
                columns={[
                  { key: 'line', title: words.line, cell: ({ line }) => line },
                  { key: 'task', title: words.task, card: 'lead', cell: ({ taskId }) => `#${taskId}` },
                  {
                    key: 'state',
                    title: words.state,
                    cell: ({ taken, reason }) => (
                      <>
                        <Badge tone={taken ? 'good' : 'bad'}>{taken ? words.taken : words.notTaken}</Badge>{' '}
                        {reason !== null && (problems[reason] ?? reason)}
                      </>
                    ),
                  },
                ]}
              />
            </div>
          </>
        )}
      </div>
    </Modal>
  )
}
