import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Drawer } from 'antd'
import { useState } from 'react'
import type { FactDetail, FactLink, LinkState } from '../../../../src/opinion/facts/facts-contract.ts'
import { nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, Notice } from '../../ui/marks.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Loaded } from '../../ui/states.tsx'
import { decideFact, decideLink, getFact, submitFact, withdrawFact } from './fact-calls.ts'
import { StandingMark } from './fact-marks.tsx'

/** All of a fact: what it says, who approved it, which posts make the claim, where it was used. */
export const FactDrawer = ({
  id,
  onClose,
  onWrite,
}: {
  id: number
  onClose: () => void
  onWrite: (fact: FactDetail) => void
}) => {
  const t = useText()
  const fact = useQuery({ queryKey: ['opinion', 'facts', id], queryFn: ({ signal }) => getFact(id, signal) })
  return (
    <Drawer open size="large" title={t.facts.title} onClose={onClose}>
      <Loaded query={fact} lines={6}>
        {(found) => <FactView fact={found} onWrite={() => onWrite(found)} />}
      </Loaded>
    </Drawer>
  )
}

const FactView = ({ fact, onWrite }: { fact: FactDetail; onWrite: () => void }) => {
  const t = useText()
  const words = t.facts
  const format = useFormats()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [asking, ask] = useState<'refuse' | 'withdraw'>()
  const last = fact.versions[0]
  const change = useMutation({
    mutationFn: ({ run }: { run: () => Promise<unknown>; said: string }) => run(),
    onSuccess: async (_, { said }) => {
      await client.invalidateQueries({ queryKey: ['opinion'] })
      message.success(said)
      ask(undefined)
    },
    onError: fail,
  })
  const waiting = last?.state === 'submitted'
  const decides = waiting && can('opinion.approve')
  const busy = change.isPending
  return (
    <div className="stack-16">
      <div>
        <div className="row">
          <StandingMark standing={fact.standing} />
          <span className="muted small">
            {words.valid} {format.date(fact.validFrom)} –{' '}
            {fact.validUntil === null ? words.openEnd : format.date(fact.validUntil)}
          </span>
        </div>
        <h2 className="fact-claim">{fact.claim}</h2>
        <p className="fact-text">{fact.fact}</p>
        <div className="row fact-actions">
          {can('opinion.write') && !waiting && (
            <Button icon={<Icon name="edit" size={15} />} onClick={onWrite}>
              {last?.state === 'draft' ? words.edit : words.newVersion}
            </Button>
          )}
          {can('opinion.write') && last?.state === 'draft' && (
            <Button
              type="primary"
              loading={busy}
              onClick={() => change.mutate({ run: () => submitFact(fact.id), said: words.submitted })}
            >
              {words.submit}
            </Button>
          )}
          {decides && (
            <>
              {!last.mine && (
                <Button
                  type="primary"
                  icon={<Icon name="check" size={15} />}
                  loading={busy}
                  onClick={() => change.mutate({ run: () => decideFact(fact.id, true, ''), said: words.approved })}
                >
                  {words.approve}
                </Button>
              )}
              <Button danger onClick={() => ask('refuse')}>
                {words.refuse}
              </Button>
            </>
          )}
          {can('opinion.approve') && ['valid', 'coming', 'expired'].includes(fact.standing) && (
            <Button danger onClick={() => ask('withdraw')}>
              {words.withdraw}
            </Button>
          )}
        </div>
        {decides && last.mine && <Notice tone="warn">{words.ownWork}</Notice>}
      </div>
      <section>
        <h3 className="fact-section">
          {words.linked} <small className="muted">{words.linkedHint}</small>
        </h3>
        {fact.posts > 0 && <p className="small">{words.confirmedPosts(format.count(fact.posts))}</p>}
        {fact.linked.length === 0 && <p className="muted small">{words.noLinked}</p>}
        {fact.linked.map((link) => (
          <LinkLine
            key={link.clusterId}
            link={link}
            busy={busy}
            onDecide={
              can('opinion.write')
                ? (state) => change.mutate({ run: () => decideLink(fact.id, link.clusterId, state), said: words.saved })
                : undefined
            }
          />
        ))}
      </section>
      <section>
        <h3 className="fact-section">{words.versions}</h3>
        {fact.versions.map((version) => (
          <article key={version.version} className="fact-version">
            <div className="row">
              <span className="strong">{words.version(String(version.version))}</span>
              <Badge tone={version.state === 'approved' ? 'good' : version.state === 'submitted' ? 'warn' : 'plain'}>
                {words.states[version.state]}
              </Badge>
              <span className="muted small">
                {words.by} {version.writtenBy} · {format.dateTime(version.writtenAt)}
              </span>
            </div>
            {version.version !== fact.version && (
              <p className="fact-text">
                <span className="strong">{version.claim}</span>
                <br />
                {version.fact}
              </p>
            )}
            <p className="small wrap">
              {words.evidence}：{version.evidence}{' '}
              {version.evidenceUrl !== '' && (
                <a href={version.evidenceUrl} target="_blank" rel="noreferrer noopener">
                  {words.evidenceUrl} <Icon name="out" size={12} />
                </a>
              )}
            </p>
            {version.decidedBy !== null && version.decidedAt !== null && (
              <p className="small muted">
                {words.states[version.state]} {words.decided(version.decidedBy, format.dateTime(version.decidedAt))}
                {version.note && <> · {version.note}</>}
              </p>
            )}
          </article>
        ))}
      </section>
      <section>
        <h3 className="fact-section">{words.used}</h3>
        {fact.used.length === 0 && <p className="muted small">{words.noUsed}</p>}
        {fact.used.map(({ usedIn, by, at, version }) => {
          const [kind, number = ''] = usedIn.split(':')
          return (
            <p key={`${usedIn}${at}`} className="small">
              {words.usedIn(kind === 'statement' ? words.statement : usedIn, number)} · {words.version(String(version))}{' '}
              · {by} · {format.dateTime(at)}
            </p>
          )
        })}
      </section>
      {asking && (
        <ReasonDialog
          title={asking === 'refuse' ? words.refuseTitle : words.withdrawTitle}
          warning={asking === 'refuse' ? words.refuseHint : words.withdrawHint}
          label={words.reason}
          placeholder={words.reason}
          confirm={asking === 'refuse' ? words.refuse : words.withdraw}
          danger
          busy={busy}
          onConfirm={(reason) =>
            change.mutate(
              asking === 'refuse'
                ? { run: () => decideFact(fact.id, false, reason), said: words.refused }
                : { run: () => withdrawFact(fact.id, reason), said: words.withdrawn },
            )
          }
          onClose={() => ask(undefined)}
        />
      )}
    </div>
  )
}

const LinkLine = ({
  link,
  busy,
  onDecide,
}: {
  link: FactLink
  busy: boolean
  onDecide: ((state: LinkState) => void) | undefined
}) => {
  const t = useText()
  const words = t.facts
  const format = useFormats()
  const { language } = usePreferences()
  return (
    <article className="fact-link">
      <div className="row small">
        <Badge tone={link.state === 'confirmed' ? 'teal' : 'plain'}>{words.links[link.state]}</Badge>
        {link.platform && <span className="muted">{nameIn(platformNames, link.platform, language)}</span>}
        {link.publishedAt && <span className="muted">{format.dayHour(link.publishedAt)}</span>}
        <span className="muted">{words.holds(format.share(link.likeness))}</span>
        {link.posts > 1 && <span className="muted">{words.copies(format.count(link.posts))}</span>}
        {link.by !== null && <span className="muted">{link.by}</span>}
      </div>
      <p className="fact-link-text">{link.title ? `${link.title} ${link.text}` : link.text}</p>
      <div className="row">
        {onDecide && link.state === 'suggested' && (
          <>
            <Button size="small" type="primary" disabled={busy} onClick={() => onDecide('confirmed')}>
              {words.confirm}
            </Button>
            <Button size="small" disabled={busy} onClick={() => onDecide('rejected')}>
              {words.reject}
            </Button>
          </>
        )}
        {onDecide && link.state !== 'suggested' && (
          <Button size="small" type="link" disabled={busy} onClick={() => onDecide('suggested')}>
            {words.again}
          </Button>
        )}
        {link.eventId !== null && (
          <Link className="small" to="/opinion/events/$id" params={{ id: String(link.eventId) }}>
            {words.event}：{link.event}
          </Link>
        )}
      </div>
    </article>
  )
}
