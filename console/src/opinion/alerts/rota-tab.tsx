import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useConfirm } from '../../ui/confirm.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Notice } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { deleteRota, getRotas, type Rota, removeExchange } from './alert-calls.ts'
import { ExchangeDialog, RotaDialog } from './rota-dialogs.tsx'

/** Who is on call, four weeks ahead, with the gaps. */
export const RotaTab = () => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const [making, setMaking] = useState(false)
  const rotas = useQuery({ queryKey: ['opinion', 'rotas'], queryFn: ({ signal }) => getRotas(signal) })
  const add = can('opinion.alerts') && (
    <Button type="primary" onClick={() => setMaking(true)}>
      {words.newRota}
    </Button>
  )
  return (
    <Loaded query={rotas}>
      {({ rotas }) => (
        <>
          {rotas.length === 0 ? (
            <Panel>
              <Blank icon="calendar" title={words.noRotas} hint={words.noRotasHint}>
                {add}
              </Blank>
            </Panel>
          ) : (
            <div className="stack-16">
              <div className="row">{add}</div>
              {rotas.map((rota) => (
                <RotaPanel key={rota.id} rota={rota} />
              ))}
            </div>
          )}
          {making && <RotaDialog onClose={() => setMaking(false)} />}
        </>
      )}
    </Loaded>
  )
}

const RotaPanel = ({ rota }: { rota: Rota }) => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const [dialog, setDialog] = useState<'edit' | 'exchange'>()
  const settle = () => client.invalidateQueries({ queryKey: ['opinion', 'rotas'] })
  const drop = useMutation({
    mutationFn: () => deleteRota(rota.id),
    onSuccess: () => message.success(words.removed),
    onSettled: settle,
    onError: fail,
  })
  const back = useMutation({
    mutationFn: (id: number) => removeExchange(rota.id, id),
    onSettled: settle,
    onError: fail,
  })
  const order = [
    ...new Set([
      ...rota.rules.members,
      ...rota.rules.holidayMembers,
      ...rota.shifts.flatMap(({ person }) => person ?? []),
    ]),
  ]
  const [first] = rota.shifts
  const last = rota.shifts.at(-1)
  const whole = first && last ? Date.parse(last.until) - Date.parse(first.from) : 1
  const may = can('opinion.alerts')
  return (
    <Panel
      title={rota.name}
      note={`${words.onCallNow}：${rota.now?.name ?? words.nobody}`}
      extra={
        may && (
          <>
            <Button size="small" onClick={() => setDialog('exchange')}>
              {words.addExchange}
            </Button>
            <Button size="small" onClick={() => setDialog('edit')}>
              {t.ui.edit}
            </Button>
            <Button
              size="small"
              danger
              onClick={() =>
                confirm({
                  title: `${words.removeRota} ${rota.name}`,
                  content: words.removeRotaWarning,
                  okText: words.remove,
                  danger: true,
                  run: () => drop.mutateAsync(),
                })
              }
            >
              {words.remove}
            </Button>
          </>
        )
      }
    >
      {rota.gaps > 0 && <Notice tone="warn">{words.gaps(format.count(rota.gaps))}</Notice>}
      <div
        className="rota-strip"
        role="img"
        aria-label={rota.shifts.map(({ name, from }) => `${format.dayHour(from)} ${name ?? words.gap}`).join('；')}
      >
        {rota.shifts.map((shift) => (
          <div
            key={shift.from}
            className={
              shift.person === null ? 'rota-shift rota-gap' : `rota-shift rota-shift-${order.indexOf(shift.person) % 4}`
            }
            style={{ width: `${((Date.parse(shift.until) - Date.parse(shift.from)) / whole) * 100}%` }}
            title={`${shift.name ?? words.gap} · ${words.shiftWhys[shift.why]} · ${format.dayHour(shift.from)} – ${format.dayHour(shift.until)}`}
          >
            {shift.name ?? words.gap}
          </div>
        ))}
      </div>
      <div className="row row-between muted small">
        <span>{first && format.dayHour(first.from)}</span>
        <span>{last && format.dayHour(last.until)}</span>
      </div>
      {rota.overrides.map((one) => (
        <div key={one.id} className="row row-between small">
          <span className="wrap">
            {words.exchange}：{one.name ?? words.nobody}，{format.dayHour(one.from)} – {format.dayHour(one.until)}（
            {one.reason}）
          </span>
          {may && (
            <Button
              size="small"
              type="link"
              loading={back.isPending && back.variables === one.id}
              onClick={() => back.mutate(one.id)}
            >
              {words.removeExchange}
            </Button>
          )}
        </div>
      ))}
      {dialog === 'edit' && <RotaDialog rota={rota} onClose={() => setDialog(undefined)} />}
      {dialog === 'exchange' && <ExchangeDialog rota={rota} onClose={() => setDialog(undefined)} />}
    </Panel>
  )
}
