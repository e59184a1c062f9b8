import { App } from 'antd'
import { problemParticulars, problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'

/** Shows what went wrong with something the user just asked for. */
export const useFailureToast = () => {
  const t = useText()
  const { message } = App.useApp()
  return (error: unknown) => {
    const particulars = problemParticulars(error)
    message.error(particulars ? `${problemText(t, error)}（${particulars}）` : problemText(t, error))
  }
}
