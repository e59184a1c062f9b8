import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useMemo, useState } from 'react'
import { estimate, getFields, listAudiences } from '../audiences/audience-calls.ts'
import type { Definition } from '../audiences/audience-shapes.ts'
import { Builder } from '../audiences/builder.tsx'
import { emptyGroup } from '../audiences/draft.ts'
import { fromDefinition } from '../audiences/draft-read.ts'
import { isComplete, toDefinition } from '../audiences/draft-write.ts'
import { readDefinition, readDraft } from '../audiences/reading.ts'
import { useReader } from '../audiences/use-reader.ts'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { useSettled } from '../ui/settled.ts'
import { Loaded } from '../ui/states.tsx'

const noSizes: ReadonlyMap<string, number> = new Map()

/** A condition built in a window of its own, read in words, with how many it holds for now. */
const ConditionDialog = ({
  title,
  value,
  onSave,
  onClose,
}: {
  title: string
  value: Definition | undefined
  onSave: (definition: Definition) => void
  onClose: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const reader = useReader()
  const traitTitle = useTraitTitles()
  const [root, setRoot] = useState(() => (value ? fromDefinition(value) : emptyGroup()))
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const ready = isComplete(root) && root.children.length > 0
  const definition = useMemo(() => (ready ? toDefinition(root) : undefined), [root, ready])
  const settled = useSettled(definition, 350)
  const size = useQuery({
    queryKey: ['audiences', 'estimate', settled],
    queryFn: ({ signal }) => estimate(settled ?? { all: [] }, signal),
    enabled: settled !== undefined,
    placeholderData: (before) => before,
    retry: false,
    staleTime: 30_000,
  })
  return (
    <Modal
      open
      width={860}
      title={title}
      okButtonProps={{ disabled: !definition }}
      onOk={() => definition && onSave(definition)}
      onCancel={onClose}
    >
      <div className="stack-16 j-condition">
        <Loaded query={fields}>
          {(known) => (
            <Builder
              root={root}
              fields={known}
              audiences={audiences.data?.items ?? []}
              traitTitle={traitTitle}
              sizes={noSizes}
              onChange={setRoot}
            />
          )}
        </Loaded>
        {root.children.length > 0 && (
          <div className="row row-between" aria-live="polite">
            <p className="reading">{readDraft(reader, root)}</p>
            {size.data && definition && (
              <span className="strong nowrap">{t.campaigns.peopleCount(format.count(size.data.size))}</span>
            )}
          </div>
        )}
        {size.isError && <Notice tone="bad">{problemText(t, size.error)}</Notice>}
      </div>
    </Modal>
  )
}

/** A condition in words, and the button that opens its window. */
export const ConditionField = ({
  title,
  value,
  disabled,
  blank,
  onChange,
}: {
  title: string
  value: Definition | undefined
  disabled: boolean
  /** What no condition means, where there may be none. */
  blank?: string
  onChange: (definition: Definition) => void
}) => {
  const t = useText()
  const reader = useReader()
  const [open, setOpen] = useState(false)
  const empty = value === undefined || ('all' in value && value.all.length === 0)
  return (
    <>
      <button
        type="button"
        className={`j-condition-field ${empty && blank === undefined ? 'j-condition-empty' : ''}`}
        disabled={disabled}
        onClick={() => setOpen(true)}
      >
        <span>{empty ? (blank ?? t.campaigns.form.conditionEmpty) : readDefinition(reader, value)}</span>
        {!disabled && <Icon name="edit" size={15} />}
      </button>
      {open && (
        <ConditionDialog
          title={title}
          value={empty ? undefined : value}
          onClose={() => setOpen(false)}
          onSave={(definition) => {
            setOpen(false)
            onChange(definition)
          }}
        />
      )}
    </>
  )
}

/** A condition that may be left out. */
export const OptionalCondition = ({
  title,
  value,
  disabled,
  onChange,
}: {
  title: string
  value: Definition | undefined
  disabled: boolean
  onChange: (definition: Definition | undefined) => void
}) => {
  const t = useText()
  return (
    <div className="stack">
      <ConditionField
        title={title}
        value={value}
        disabled={disabled}
        blank={t.campaigns.onlyNone}
        onChange={onChange}
      />
      {value && !disabled && (
        <Button size="small" type="text" icon={<Icon name="close" size={14} />} onClick={() => onChange(undefined)}>
          {t.ui.clear}
        </Button>
      )}
    </div>
  )
}
