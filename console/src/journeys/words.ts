/** What journeys say: problems, actions in the audit trail, findings of the health check. */
type Values = Readonly<Record<string, string | number>>

export const zh = {
  problems: {
    'journeys.unknownTag': '步骤引用的标签已不存在或未启用。',
    'journeys.unknownEntry': '这个活动中没有这条进入记录。',
    'journeys.unknownStep': '这位客户所在的版本没有这一步。',
    'journeys.notInside': '这位客户已不在旅程中。',
  },
  actions: {
    'campaign.moveEntry': '移动旅程中的客户',
    'campaign.removeEntry': '将客户移出旅程',
    'campaign.retryEntries': '重试失败的步骤',
  },
  checks: { journeys: '客户旅程' },
  told: {
    'journeys.onTime': { detail: ({ failed }: Values) => `按时推进；${failed} 人停在出错的步骤` },
    'journeys.late': {
      detail: ({ seconds }: Values) => `有客户到期 ${seconds} 秒仍未推进`,
      remedy: () => '可能是恢复备份后尚未启用发送、没有工作进程，或到期的人数超出这台机器的能力',
    },
  },
}

export const en: Omit<typeof zh, 'checks' | 'told'> = {
  problems: {
    'journeys.unknownTag': 'The tag that the step reads is gone or not active.',
    'journeys.unknownEntry': 'There is no such entry in this campaign.',
    'journeys.unknownStep': 'The version that this customer is in has no such step.',
    'journeys.notInside': 'This customer is not in the journey any more.',
  },
  actions: {
    'campaign.moveEntry': 'Moved a customer in a journey',
    'campaign.removeEntry': 'Took a customer out of a journey',
    'campaign.retryEntries': 'Tried failed steps again',
  },
}
