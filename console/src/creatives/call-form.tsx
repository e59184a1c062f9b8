import { Button, Input } from 'antd'
import { useContext } from 'react'
import { useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import { Field } from '../ui/page.tsx'
import type { FormOf } from './content-form.tsx'
import { linesOf } from './draft.ts'
import { RemoveButton } from './sms-form.tsx'
import { TextBox, WritingContext } from './text-box.tsx'

export const CallForm = ({ content, onChange }: FormOf<'call'>) => {
  const t = useText()
  const words = t.creatives.fields
  const { disabled } = useContext(WritingContext)
  const { blocks, questions } = content
  const set = (change: Partial<typeof content>) => onChange({ ...content, ...change })
  return (
    <div className="stack-16">
      <TextBox
        path="opening"
        label={words.opening}
        rows={3}
        maxLength={1000}
        value={content.opening}
        onChange={(opening) => set({ opening })}
      />
      <div className="stack">
        <span className="field-label">{words.points}</span>
        {keyed(blocks).map(({ item: block, i, key }) => {
          const put = (change: Partial<typeof block>) =>
            set({ blocks: blocks.map((one, n) => (n === i ? { ...one, ...change } : one)) })
          return (
            <div className="block-card" key={key}>
              <div className="field-head">
                <span className="small muted">{i + 1}</span>
                <RemoveButton onClick={() => set({ blocks: blocks.filter((_, n) => n !== i) })} />
              </div>
              <TextBox
                path={`blocks.${i}.title`}
                label={words.title}
                maxLength={60}
                value={block.title}
                onChange={(title) => put({ title })}
              />
              <TextBox
                path={`blocks.${i}.text`}
                label={words.text}
                rows={3}
                maxLength={2000}
                value={block.text}
                onChange={(text) => put({ text })}
              />
            </div>
          )
        })}
        {!disabled && (
          <Button size="small" onClick={() => set({ blocks: [...blocks, { title: '', text: '' }] })}>
            {words.addPoint}
          </Button>
        )}
      </div>
      <div className="stack">
        <span className="field-label">{words.questions}</span>
        {keyed(questions).map(({ item: question, i, key }) => {
          const put = (change: Partial<typeof question>) =>
            set({ questions: questions.map((one, n) => (n === i ? { ...one, ...change } : one)) })
          return (
            <div className="field-line" key={key}>
              <TextBox
                path={`questions.${i}.ask`}
                label={words.ask}
                maxLength={300}
                value={question.ask}
                onChange={(ask) => put({ ask })}
              />
              <Field label={words.answers}>
                <Input
                  disabled={disabled}
                  defaultValue={question.answers.join('，')}
                  onChange={({ target }) => put({ answers: linesOf(target.value.replaceAll(/[,，、]/g, '\n')) })}
                />
              </Field>
              <RemoveButton onClick={() => set({ questions: questions.filter((_, n) => n !== i) })} />
            </div>
          )
        })}
        {!disabled && (
          <Button size="small" onClick={() => set({ questions: [...questions, { ask: '', answers: [] }] })}>
            {words.addQuestion}
          </Button>
        )}
      </div>
      <Field label={words.never}>
        <Input.TextArea
          rows={3}
          disabled={disabled}
          defaultValue={content.never.join('\n')}
          onChange={({ target }) => set({ never: linesOf(target.value) })}
        />
      </Field>
      <TextBox
        path="closing"
        label={words.closing}
        rows={2}
        maxLength={1000}
        value={content.closing}
        onChange={(closing) => set({ closing })}
      />
    </div>
  )
}
