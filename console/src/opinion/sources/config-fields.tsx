import { Input, InputNumber, Select, Switch } from 'antd'
import type { ReactNode } from 'react'
import {
  type FetchedConfig,
  presets,
  type RequestAuth,
  type SourceConfig,
} from '../../../../src/opinion/sources/sources-contract.ts'
import { useText } from '../../i18n/text.ts'
import { Field } from '../../ui/page.tsx'
import { MapEditor } from './map-editor.tsx'

interface Props<C extends SourceConfig> {
  config: C
  onChange: (config: SourceConfig) => void
  secret: string
  onSecret: (secret: string) => void
  hasSecret: boolean
  paths: readonly string[]
}

/** The settings of one kind of source. */
export const ConfigFields = (props: Props<SourceConfig>) => {
  const { config, onChange } = props
  const words = useText().opinionSources
  switch (config.kind) {
    case 'feed':
    case 'json':
    case 'page':
      return <FetchedFields {...props} config={config} />
    case 'mailbox':
      return <MailboxFields {...props} config={config} />
    case 'webhook':
      return (
        <Field label={words.signed}>
          <Switch checked={config.signed} onChange={(signed) => onChange({ ...config, signed })} />
        </Field>
      )
    case 'files':
      return (
        <div className="stack-16">
          <Field label={words.preset}>
            <Select
              aria-label={words.preset}
              value={config.preset}
              options={presets.map((value) => ({ value, label: words.presets[value] }))}
              onChange={(preset) => onChange({ ...config, preset })}
            />
          </Field>
          {config.preset === 'own' && (
            <Mapping hint={words.mappingHint}>
              <MapEditor map={config.map} paths={props.paths} onChange={(map) => onChange({ ...config, map })} />
            </Mapping>
          )}
        </div>
      )
  }
}

const Mapping = ({ hint, children }: { hint: string; children: ReactNode }) => {
  const words = useText().opinionSources
  return (
    <div>
      <h3>{words.mapping}</h3>
      <p className="muted small">{hint}</p>
      {children}
    </div>
  )
}

const Secret = ({ secret, onSecret, hasSecret }: Pick<Props<SourceConfig>, 'secret' | 'onSecret' | 'hasSecret'>) => {
  const words = useText().opinionSources
  return (
    <Field label={words.secret} hint={words.secretHint}>
      <Input.Password
        autoComplete="new-password"
        value={secret}
        placeholder={hasSecret ? words.secretKept : ''}
        onChange={(event) => onSecret(event.target.value)}
      />
    </Field>
  )
}

const authOf = (type: RequestAuth['type']): RequestAuth => {
  if (type === 'basic') return { type, user: '' }
  return type === 'header' || type === 'query' ? { type, name: type === 'header' ? 'X-Api-Key' : 'key' } : { type }
}

const FetchedFields = ({ config, onChange, paths, ...secret }: Props<FetchedConfig>) => {
  const words = useText().opinionSources
  const { auth } = config
  const set = (change: Partial<FetchedConfig>) => onChange({ ...config, ...change } as SourceConfig)
  return (
    <div className="stack-16">
      <Field label={words.url} hint={words.urlHint}>
        <Input
          type="url"
          value={config.url}
          placeholder="https://"
          onChange={(event) => set({ url: event.target.value.trim() })}
        />
      </Field>
      <div className="fields-2">
        <Field label={words.auth}>
          <Select<RequestAuth['type']>
            aria-label={words.auth}
            value={auth.type}
            options={(['none', 'bearer', 'basic', 'header', 'query'] as const).map((value) => ({
              value,
              label: words.auths[value],
            }))}
            onChange={(type) => set({ auth: authOf(type) })}
          />
        </Field>
        {auth.type === 'basic' && (
          <Field label={words.authUser}>
            <Input value={auth.user} onChange={(event) => set({ auth: { ...auth, user: event.target.value } })} />
          </Field>
        )}
        {(auth.type === 'header' || auth.type === 'query') && (
          <Field label={words.authName}>
            <Input value={auth.name} onChange={(event) => set({ auth: { ...auth, name: event.target.value } })} />
          </Field>
        )}
      </div>
      {auth.type !== 'none' && <Secret {...secret} />}
      {config.kind === 'json' && (
        <Field label={words.itemsAt} hint={words.itemsAtHint}>
          <Input
            className="mono"
            value={config.itemsAt}
            onChange={(event) => onChange({ ...config, itemsAt: event.target.value.trim() })}
          />
        </Field>
      )}
      {config.kind === 'page' && (
        <Field label={words.item} hint={words.itemHint}>
          <Input
            className="mono"
            value={config.item}
            onChange={(event) => onChange({ ...config, item: event.target.value })}
          />
        </Field>
      )}
      {config.kind !== 'feed' && (
        <Mapping hint={config.kind === 'page' ? words.mappingPageHint : words.mappingHint}>
          <MapEditor map={config.map} paths={paths} onChange={(map) => onChange({ ...config, map })} />
        </Mapping>
      )}
      {config.kind === 'json' && <PagingFields config={config} onChange={onChange} />}
      {config.kind === 'json' && <ReseenFields config={config} onChange={onChange} />}
      <Field label={words.hotList} hint={words.hotListHint}>
        <Input value={config.hotList} onChange={(event) => set({ hotList: event.target.value })} />
      </Field>
      <div className="fields-2">
        <Field label={words.dateFormat} hint={words.dateFormatHint}>
          <Input
            className="mono"
            value={config.dateFormat}
            onChange={(event) => set({ dateFormat: event.target.value })}
          />
        </Field>
        <Field label={words.zone}>
          <Input className="mono" value={config.zone} onChange={(event) => set({ zone: event.target.value })} />
        </Field>
      </div>
    </div>
  )
}

type Json = Extract<SourceConfig, { kind: 'json' }>

const pagingOf = (by: Json['paging']['by']): Json['paging'] => {
  if (by === 'page') return { by, parameter: 'page', first: 1, pages: 3 }
  if (by === 'cursor') return { by, parameter: 'cursor', at: 'data.cursor', pages: 3 }
  return by === 'link' ? { by, at: 'next', pages: 3 } : { by }
}

const PagingFields = ({ config, onChange }: { config: Json; onChange: (config: SourceConfig) => void }) => {
  const words = useText().opinionSources
  const { paging } = config
  const set = (paging: Json['paging']) => onChange({ ...config, paging })
  return (
    <div className="fields-2">
      <Field label={words.paging}>
        <Select
          aria-label={words.paging}
          value={paging.by}
          options={(['none', 'page', 'cursor', 'link'] as const).map((value) => ({
            value,
            label: words.pagings[value],
          }))}
          onChange={(by) => set(pagingOf(by))}
        />
      </Field>
      {(paging.by === 'page' || paging.by === 'cursor') && (
        <Field label={words.parameter}>
          <Input
            className="mono"
            value={paging.parameter}
            onChange={(event) => set({ ...paging, parameter: event.target.value })}
          />
        </Field>
      )}
      {paging.by === 'page' && (
        <Field label={words.firstPage}>
          <InputNumber
            min={0}
            max={10}
            value={paging.first}
            onChange={(first) => set({ ...paging, first: first ?? 1 })}
          />
        </Field>
      )}
      {(paging.by === 'cursor' || paging.by === 'link') && (
        <Field label={words.cursorAt}>
          <Input className="mono" value={paging.at} onChange={(event) => set({ ...paging, at: event.target.value })} />
        </Field>
      )}
      {paging.by !== 'none' && (
        <Field label={words.pages}>
          <InputNumber
            min={1}
            max={20}
            value={paging.pages}
            onChange={(pages) => set({ ...paging, pages: pages ?? 1 })}
          />
        </Field>
      )}
    </div>
  )
}

const ReseenFields = ({ config, onChange }: { config: Json; onChange: (config: SourceConfig) => void }) => {
  const words = useText().opinionSources
  const { reseen, ...without } = config
  return (
    <div className="stack-16">
      <Field label={words.reseen} hint={words.reseenHint}>
        <Switch
          checked={reseen !== undefined}
          onChange={(on) =>
            onChange(
              on ? { ...without, reseen: { url: '', at: '', map: { likes: config.map.likes ?? 'likes' } } } : without,
            )
          }
        />
      </Field>
      {reseen && (
        <>
          <Field label={words.reseenUrl} hint={words.reseenUrlHint}>
            <Input
              className="mono"
              value={reseen.url}
              onChange={(event) => onChange({ ...config, reseen: { ...reseen, url: event.target.value } })}
            />
          </Field>
          <Field label={words.reseenAt} hint={words.itemsAtHint}>
            <Input
              className="mono"
              value={reseen.at}
              onChange={(event) => onChange({ ...config, reseen: { ...reseen, at: event.target.value } })}
            />
          </Field>
          <MapEditor map={reseen.map} onChange={(map) => onChange({ ...config, reseen: { ...reseen, map } })} />
        </>
      )}
    </div>
  )
}

const ports = { tls: 993, starttls: 143, none: 143 } as const

const MailboxFields = ({
  config,
  onChange,
  paths: _,
  ...secret
}: Props<Extract<SourceConfig, { kind: 'mailbox' }>>) => {
  const words = useText().opinionSources
  return (
    <div className="stack-16">
      <div className="fields-2">
        <Field label={words.host}>
          <Input
            value={config.host}
            placeholder="imap.example.com"
            onChange={(event) => onChange({ ...config, host: event.target.value.trim() })}
          />
        </Field>
        <Field label={words.security}>
          <Select
            aria-label={words.security}
            value={config.security}
            options={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: words.securities[value] }))}
            onChange={(security) => onChange({ ...config, security, port: ports[security] })}
          />
        </Field>
        <Field label={words.port}>
          <InputNumber
            min={1}
            max={65_535}
            value={config.port}
            onChange={(port) => onChange({ ...config, port: port ?? 993 })}
          />
        </Field>
        <Field label={words.mailbox}>
          <Input value={config.mailbox} onChange={(event) => onChange({ ...config, mailbox: event.target.value })} />
        </Field>
        <Field label={words.user}>
          <Input
            autoComplete="off"
            value={config.user}
            onChange={(event) => onChange({ ...config, user: event.target.value.trim() })}
          />
        </Field>
        <Secret {...secret} />
      </div>
      <Field label={words.only} hint={words.onlyHint}>
        <Select
          mode="tags"
          aria-label={words.only}
          value={config.only}
          onChange={(only) => onChange({ ...config, only })}
          open={false}
          suffixIcon={null}
        />
      </Field>
    </div>
  )
}

/** Chooses what a source is. */
export const KindCards = ({
  kind,
  onChange,
}: {
  kind: SourceConfig['kind']
  onChange: (kind: SourceConfig['kind']) => void
}) => {
  const words = useText().opinionSources
  return (
    <div className="kind-cards">
      {(['feed', 'json', 'page', 'mailbox', 'webhook', 'files'] as const).map((one) => (
        <button key={one} type="button" className="kind-card" aria-pressed={one === kind} onClick={() => onChange(one)}>
          <strong>{words.kinds[one]}</strong>
          <p className="muted small">{words.kindHints[one]}</p>
        </button>
      ))}
    </div>
  )
}
