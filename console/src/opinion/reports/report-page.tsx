import './reports.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Button, Dropdown, Popover } from 'antd'
import { reportFormats } from '../../../../src/opinion/reports/report-contract.ts'
import { fileUrl } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { keyed } from '../../ui/keyed.ts'
import { CopyButton, Notice } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import {
  checkAgain,
  type Evidence,
  getReport,
  getRewording,
  type Report,
  type ReportSection,
  reword,
} from './report-calls.ts'
import { ReportPicture } from './report-chart.tsx'

/** One report: what it says, and behind each statement the posts it rests on. */
export const ReportPage = () => {
  const { id } = useParams({ from: '/inside/opinion/reports/$id' })
  const t = useText()
  const report = useQuery({
    queryKey: ['opinion', 'reports', Number(id)],
    queryFn: ({ signal }) => getReport(Number(id), signal),
  })
  return (
    <Page
      title={report.data?.title ?? t.opinionReports.title}
      subtitle={report.data?.body.subtitle}
      back={{ to: '/opinion/reports', label: t.opinionReports.title }}
      actions={report.data && <Actions report={report.data} />}
    >
      <Loaded query={report} lines={12}>
        {(report) => (
          <div className="report stack-16">
            {report.body.drillMark && <Notice tone="bad">{report.body.drillMark}</Notice>}
            {report.body.sections.map((section) => (
              <Section key={section.key} report={report} section={section} />
            ))}
            <Fresh report={report} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

const Actions = ({ report: { id } }: { report: Report }) => {
  const t = useText()
  const can = useCan()
  const words = t.opinionReports
  const client = useQueryClient()
  const fail = useFailureToast()
  const settings = useQuery({
    queryKey: ['opinion', 'rewording'],
    queryFn: ({ signal }) => getRewording(signal),
    enabled: can('opinion.policy') && can('opinion.export'),
  })
  const rewording = useMutation({
    mutationFn: () => reword(id),
    onSuccess: () => client.invalidateQueries({ queryKey: ['opinion', 'reports', id] }),
    onError: fail,
  })
  return (
    <>
      {settings.data?.on && (
        <Button loading={rewording.isPending} onClick={() => rewording.mutate()}>
          {words.rephrase}
        </Button>
      )}
      {can('opinion.export') && (
        <Dropdown
          menu={{
            items: reportFormats.map((format) => ({
              key: format,
              label: (
                <a href={fileUrl(`/opinion/reports/${id}/file?format=${format}`)} download>
                  {words.formats[format]}
                </a>
              ),
            })),
          }}
        >
          <Button type="primary" icon={<Icon name="download" size={16} />}>
            {words.download}
          </Button>
        </Dropdown>
      )}
    </>
  )
}

/** The mark after a statement; opens to its posts. */
const Basis = ({ from: { posts, ids }, drillId }: { from: Evidence; drillId: number }) => {
  const t = useText()
  const format = useFormats()
  const words = t.opinionReports
  if (ids.length === 0) return null
  return (
    <Popover
      trigger={['click']}
      title={`${words.basis(format.count(posts))}${posts > ids.length ? ` · ${words.basisFirst(ids.length)}` : ''}`}
      content={
        <ul className="report-ids">
          {ids.map((id) => (
            <li key={id}>
              <Link
                to="/opinion/posts"
                search={{ post: id, ...(drillId > 0 && { drill: String(drillId), days: 'all' }) }}
              >
                {id}
              </Link>
            </li>
          ))}
        </ul>
      }
    >
      <button type="button" className="report-basis" aria-label={words.basis(format.count(posts))}>
        {format.short(posts)}
      </button>
    </Popover>
  )
}

const Section = ({ report: { drillId, rephrased }, section }: { report: Report; section: ReportSection }) => {
  const t = useText()
  const words = t.opinionReports
  const paragraph = rephrased?.paragraphs.find((one) => one.section === section.key)
  return (
    <Panel title={section.title}>
      {paragraph && rephrased && (
        <div className="report-reworded">
          <p>{paragraph.text.replaceAll(/\s*\[s\d+\]/g, '')}</p>
          <span className="muted small">{words.rephrased(rephrased.model)}</span>
        </div>
      )}
      {section.sentences.map(({ text, from }) => (
        <p key={text} className="report-sentence">
          {text} <Basis from={from} drillId={drillId} />
        </p>
      ))}
      {section.chart && <ReportPicture chart={section.chart} title={section.title} />}
      {section.table && (
        <div className="table-scroll">
          <table className="table" aria-label={section.title}>
            <thead>
              <tr>
                {section.table.columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keyed(section.table.rows).map(({ item: { cells, from }, key }) => (
                <tr key={key}>
                  {keyed(cells).map(({ item: cell, i, key }) => (
                    <td key={key}>
                      {cell} {i === cells.length - 1 && <Basis from={from} drillId={drillId} />}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

/** Whether the data still say the same. */
const Fresh = ({ report: { id, hash, rephrased } }: { report: Report }) => {
  const t = useText()
  const words = t.opinionReports
  const fail = useFailureToast()
  const check = useMutation({ mutationFn: () => checkAgain(id), onError: fail })
  return (
    <Panel
      title={words.hash}
      extra={
        <Button loading={check.isPending} onClick={() => check.mutate()}>
          {words.again}
        </Button>
      }
    >
      <div className="row">
        <code className="report-hash">{hash}</code>
        <CopyButton text={hash} />
      </div>
      {rephrased && rephrased.dropped.length > 0 && (
        <p className="muted small">{words.dropped(rephrased.dropped.length)}</p>
      )}
      {check.data?.same && <Notice tone="good">{words.same}</Notice>}
      {check.data && !check.data.same && (
        <>
          <Notice tone="warn">{words.differs}</Notice>
          <div className="table-scroll">
            <table className="table" aria-label={words.again}>
              <thead>
                <tr>
                  <th scope="col" />
                  <th scope="col">{words.before}</th>
                  <th scope="col">{words.now}</th>
                </tr>
              </thead>
              <tbody>
                {keyed(check.data.differences).map(({ item: { section, before, now }, key }) => (
                  <tr key={key}>
                    <td>{section}</td>
                    <td>{before || '—'}</td>
                    <td>{now || '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  )
}
