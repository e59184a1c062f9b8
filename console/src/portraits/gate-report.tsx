import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'

export interface GateReport {
  passed: boolean
  suppressed: number
  classes: number
  columns: { name: string; role: 'quasi' | 'sensitive' | 'plain'; promoted: boolean; form: string }[]
  fault: 'classes' | 'difference' | null
  failing: number
  failingClasses: { values: Record<string, string>; fault: 'small' | 'alike'; size: number | null }[]
  without: string[]
  near: string | null
}

/** What the export gate did, or why it refused. */
export const GateReportView = ({ report, titleOf }: { report: GateReport; titleOf: (name: string) => string }) => {
  const t = useText()
  const words = t.portraits.exporting
  const format = useFormats()
  if (report.passed)
    return (
      <div className="stack">
        <p>{words.reportPassed(format.count(report.classes), format.count(report.suppressed))}</p>
        <p className="muted small">
          {words.forms}：
          {report.columns.map((one) => `${titleOf(one.name)}（${words.roles[one.role]}，${one.form}）`).join('、')}
        </p>
      </div>
    )
  return (
    <Notice tone="bad">
      <p>{words.refused}</p>
      {report.fault === 'difference' && <p>{words.refusedNear(report.near ?? '')}</p>}
      {report.fault === 'classes' && (
        <>
          <p>{words.refusedClasses(format.count(report.failing))}</p>
          <ul className="gate-classes">
            {report.failingClasses.slice(0, 6).map((one) => (
              <li key={JSON.stringify(one.values)}>
                {Object.entries(one.values)
                  .map(([name, value]) => `${titleOf(name)} ${value || '—'}`)
                  .join('，')}
                <span className="muted">
                  {' '}
                  {one.fault === 'alike' ? words.alike : one.size === null ? words.small : format.count(one.size)}
                </span>
              </li>
            ))}
          </ul>
          {report.without.length > 0 && <p>{words.without(report.without.map(titleOf).join('、'))}</p>}
        </>
      )}
    </Notice>
  )
}
