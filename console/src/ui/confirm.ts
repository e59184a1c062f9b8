import { App } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '../i18n/text.ts'

/** Asks before something that cannot simply be taken back; the dialog shows it at work and closes when it is over. */
export const useConfirm = () => {
  const t = useText()
  const { modal } = App.useApp()
  return ({ title, content, okText, danger, run }: Question) =>
    modal.confirm({
      title,
      content,
      okText: okText ?? t.ui.confirm,
      cancelText: t.ui.cancel,
      okButtonProps: { danger: danger ?? false },
      // What fails is told by the mutation itself; asked again, it starts from a page that knows what happened.
      onOk: async () => {
        await Promise.allSettled([run()])
      },
    })
}

interface Question {
  title: string
  content?: ReactNode
  okText?: string
  danger?: boolean
  /** `mutateAsync` of a mutation that tells its failure by `onError`. */
  run: () => Promise<unknown>
}
