import './sources.css'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { EvidenceTable } from './evidence-table.tsx'
import { savePackage } from './source-calls.ts'

/** Evidence of posts: found by a post, checked, exported for lawyers. */
export const EvidencePage = () => {
  const words = useText().opinionSources
  const can = useCan()
  const fail = useFailureToast()
  const navigate = useNavigate()
  const { post } = useSearch({ from: '/inside/opinion/evidence' })
  const [typed, setTyped] = useState(post ?? '')
  const [asking, setAsking] = useState(false)
  const pack = useMutation({
    mutationFn: (purpose: string) => savePackage([post ?? ''], purpose),
    onSuccess: () => setAsking(false),
    onError: fail,
  })
  const search = (text: string) =>
    navigate({ to: '/opinion/evidence', search: /^\d{1,20}$/.test(text.trim()) ? { post: text.trim() } : {} })
  return (
    <Page
      title={words.evidenceTitle}
      subtitle={words.evidenceSubtitle}
      actions={
        can('opinion.evidence') && (
          <Button
            type="primary"
            disabled={post === undefined}
            title={post === undefined ? words.packageNeedsPost : ''}
            icon={<Icon name="download" size={16} />}
            onClick={() => setAsking(true)}
          >
            {words.package}
          </Button>
        )
      }
    >
      <Panel flush>
        <div className="panel-body">
          <Input.Search
            allowClear
            aria-label={words.evidencePost}
            placeholder={words.evidencePost}
            inputMode="numeric"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onSearch={search}
          />
        </div>
        <EvidenceTable {...(post !== undefined && { postId: post })} />
      </Panel>
      {asking && (
        <ReasonDialog
          title={words.package}
          warning={words.packageWarning}
          label={words.purpose}
          placeholder={words.purposeHint}
          confirm={words.package}
          busy={pack.isPending}
          onConfirm={(purpose) => pack.mutate(purpose)}
          onClose={() => setAsking(false)}
        />
      )}
    </Page>
  )
}
