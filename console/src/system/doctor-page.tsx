import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useText } from '../i18n/text.ts'
import { Icon } from '../ui/icon.tsx'
import { Badge, Notice } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { runDoctor } from './system-calls.ts'
import type { Diagnosis } from './system-shapes.ts'

/** In the reader's language where the finding is one of those we know, else as the server says it. */
const Finding = ({ check }: { check: Diagnosis['checks'][number] }) => {
  const t = useText()
  const told = check.code === undefined ? undefined : t.doctor.told[check.code]
  const values = check.values ?? {}
  const remedy = told?.remedy?.(values) ?? check.remedy
  return (
    <>
      <span className="wrap">{told?.detail(values) ?? check.detail}</span>
      {!check.ok && remedy && <div className="small strong wrap">{remedy}</div>}
    </>
  )
}

export const DoctorPage = () => {
  const t = useText()
  const diagnosis = useQuery({ queryKey: ['doctor'], queryFn: ({ signal }) => runDoctor(signal), staleTime: 0 })
  return (
    <Page
      title={t.nav.doctor}
      subtitle={t.doctor.subtitle}
      actions={
        <Button
          icon={<Icon name="refresh" size={16} />}
          loading={diagnosis.isFetching}
          onClick={() => diagnosis.refetch()}
        >
          {t.doctor.again}
        </Button>
      }
    >
      <Loaded query={diagnosis} lines={8}>
        {({ checks, settings }) => {
          const bad = checks.filter((check) => !check.ok)
          return (
            <div className="stack-16">
              {bad.length === 0 ? (
                <Notice tone="good">{t.doctor.healthy(checks.length)}</Notice>
              ) : (
                <Notice tone="bad">{t.doctor.sick(bad.length)}</Notice>
              )}
              <Panel title={t.doctor.checks} flush>
                <Table
                  label={t.doctor.checks}
                  rows={[...bad, ...checks.filter((check) => check.ok)]}
                  rowKey={(row) => row.name}
                  blank={null}
                  columns={[
                    {
                      key: 'name',
                      title: t.doctor.check,
                      card: 'lead',
                      fit: true,
                      cell: (row) => <span className="strong">{t.doctor.names[row.name] ?? row.name}</span>,
                    },
                    {
                      key: 'ok',
                      title: t.users.state,
                      fit: true,
                      cell: (row) =>
                        row.ok ? (
                          <Badge tone="good" dot>
                            {t.doctor.ok}
                          </Badge>
                        ) : (
                          <Badge tone="bad" dot>
                            {t.doctor.notOk}
                          </Badge>
                        ),
                    },
                    {
                      key: 'detail',
                      title: t.doctor.detail,
                      cell: (row) => <Finding check={row} />,
                    },
                  ]}
                />
              </Panel>
              <Panel title={t.doctor.settings} flush>
                <Table
                  label={t.doctor.settings}
                  rows={settings}
                  rowKey={(row) => row.name}
                  blank={null}
                  columns={[
                    { key: 'name', title: t.doctor.setting, card: 'lead', cell: (row) => <code>{row.name}</code> },
                    {
                      key: 'value',
                      title: t.doctor.value,
                      cell: (row) => (
                        <>
                          <code className="wrap">{row.value === '' ? '—' : row.value}</code>{' '}
                          {row.set && <Badge tone="teal">{t.doctor.changed}</Badge>}
                        </>
                      ),
                    },
                    {
                      key: 'reason',
                      title: t.doctor.reason,
                      cell: (row) => <span className="muted">{t.doctor.reasons[row.name] ?? row.reason}</span>,
                    },
                  ]}
                />
              </Panel>
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}
