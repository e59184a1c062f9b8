/** The rules behind a finding: where they stand and what breaking them costs. Data shared with the console. No I/O. */

export interface Article {
  zh: string
  en: string
  /** A: text at hand; B: text exists, wording taken from reports; C: practice or recollection, to be verified. */
  sure: 'A' | 'B' | 'C'
  fine: FineCode
}

/** What the regulator may impose, by the articles of the Advertising Law that set it (57, 58, 55, 62) or the rule's own. */
export const fines = {
  ad57: {
    zh: '广告法第57条：处 20 万元以上 100 万元以下罚款；情节严重可吊销营业执照',
    en: 'Advertising Law 57: 200,000 to 1,000,000 RMB; in grave cases the business licence',
  },
  ad58: {
    zh: '广告法第58条：处广告费用 1 倍以上 3 倍以下罚款；费用无法计算的 10 万元以上 20 万元以下',
    en: 'Advertising Law 58: one to three times the cost of the advertisement, or 100,000 to 200,000 RMB',
  },
  ad55: {
    zh: '广告法第55条：处广告费用 3 倍以上 5 倍以下罚款；费用无法计算的 20 万元以上 100 万元以下',
    en: 'Advertising Law 55: three to five times the cost of the advertisement, or 200,000 to 1,000,000 RMB',
  },
  ad62: {
    zh: '广告法：未经同意发送或不可识别、不可关闭的广告，处 5 千元以上 3 万元以下罚款',
    en: 'Advertising Law: 5,000 to 30,000 RMB for messages without consent, identity or a way to close',
  },
  ad59: { zh: '广告法第59条：处 10 万元以下罚款', en: 'Advertising Law 59: up to 100,000 RMB' },
  price: {
    zh: '价格欺诈：没收违法所得，并处违法所得 5 倍以下罚款；没有违法所得的 5 万元以上 50 万元以下',
    en: 'Price fraud: up to five times the gain, or 50,000 to 500,000 RMB',
  },
  supervisory: {
    zh: '金融监管措施：责令改正、暂停业务、罚款，并追究责任人',
    en: 'Supervisory measures: correction, suspension of the business, fines, personal liability',
  },
  sms: {
    zh: '短信息服务管理：责令改正，1 万元以上 3 万元以下罚款，并由运营商停用端口',
    en: 'SMS rules: correction, 10,000 to 30,000 RMB, the carrier may close the port',
  },
  none: { zh: '本平台规则，无法定罚则', en: 'A rule of this platform; no statutory fine' },
} as const
export type FineCode = keyof typeof fines

const define = <Name extends string>(given: Record<Name, Article>): Record<Name, Article> => given

/** By code; `reference/risk-and-law.md` 2.3 to 2.6 gives the grounds. */
export const articles = define({
  'ad.4': { zh: '广告法第4、28条', en: 'Advertising Law 4, 28', sure: 'A', fine: 'ad55' },
  'ad.8': { zh: '广告法第8条', en: 'Advertising Law 8', sure: 'A', fine: 'ad59' },
  'ad.9.2': { zh: '广告法第9条第2项', en: 'Advertising Law 9(2)', sure: 'A', fine: 'ad57' },
  'ad.9.3': { zh: '广告法第9条第3项', en: 'Advertising Law 9(3)', sure: 'A', fine: 'ad57' },
  'ad.11': { zh: '广告法第11条', en: 'Advertising Law 11', sure: 'A', fine: 'ad59' },
  'ad.14': { zh: '广告法第14条', en: 'Advertising Law 14', sure: 'A', fine: 'ad59' },
  'ad.25': { zh: '广告法第25条', en: 'Advertising Law 25', sure: 'A', fine: 'ad58' },
  'ad.43': { zh: '广告法第43条', en: 'Advertising Law 43', sure: 'A', fine: 'ad62' },
  'fin.10.7': {
    zh: '金融产品网络营销管理办法第10条第7项',
    en: 'Online Marketing of Financial Products 10(7)',
    sure: 'B',
    fine: 'supervisory',
  },
  'fin.10.approval': {
    zh: '金融产品网络营销管理办法（备案误导）',
    en: 'Online Marketing of Financial Products (misleading approval)',
    sure: 'B',
    fine: 'supervisory',
  },
  'fin.18': {
    zh: '金融产品网络营销管理办法第18条',
    en: 'Online Marketing of Financial Products 18',
    sure: 'B',
    fine: 'supervisory',
  },
  'fin.jump': {
    zh: '金融产品网络营销管理办法（跳转至机构自有平台）',
    en: 'Online Marketing of Financial Products (landing on the own platform)',
    sure: 'B',
    fine: 'supervisory',
  },
  'fin.lender': {
    zh: '金融产品网络营销管理办法；消费者权益保护法第28条',
    en: 'Online Marketing of Financial Products; Consumer Protection Law 28',
    sure: 'B',
    fine: 'supervisory',
  },
  'pboc.2021.3': {
    zh: '中国人民银行公告〔2021〕第3号',
    en: 'PBOC announcement 2021 No. 3',
    sure: 'C',
    fine: 'supervisory',
  },
  'price.19.6': {
    zh: '明码标价和禁止价格欺诈规定第19条第6项',
    en: 'Price Marking and Price Fraud 19(6)',
    sure: 'A',
    fine: 'price',
  },
  'price.16': {
    zh: '明码标价和禁止价格欺诈规定第16、19条',
    en: 'Price Marking and Price Fraud 16, 19',
    sure: 'A',
    fine: 'price',
  },
  'algo.8': { zh: '算法推荐管理规定第8条', en: 'Algorithmic Recommendation 8', sure: 'A', fine: 'supervisory' },
  'student.2021': {
    zh: '银保监办发〔2021〕28号（大学生互联网消费贷款）',
    en: 'Notice 2021 No. 28 (consumer loans to students)',
    sure: 'B',
    fine: 'supervisory',
  },
  'minor.24': {
    zh: '未成年人网络保护条例第24条',
    en: 'Protection of Minors Online 24',
    sure: 'A',
    fine: 'supervisory',
  },
  'loan.use': { zh: '个人贷款用途管理要求', en: 'Rules on the use of personal loans', sure: 'C', fine: 'supervisory' },
  'collect.2025': {
    zh: 'GB/T 45251-2025 贷后催收风控指引',
    en: 'GB/T 45251-2025 collection guideline',
    sure: 'B',
    fine: 'supervisory',
  },
  'facilitated.2025': {
    zh: '金规〔2025〕9号（助贷新规）',
    en: 'Facilitated lending rules 2025 No. 9',
    sure: 'B',
    fine: 'supervisory',
  },
  'disclosure.2026': {
    zh: '个人贷款业务明示综合融资成本规定（金规〔2026〕2号）',
    en: 'Disclosure of the all-in cost of personal loans, 2026 No. 2',
    sure: 'B',
    fine: 'supervisory',
  },
  cap: {
    zh: '贷款综合成本上限（按机构类型与日期）',
    en: 'Cap on the cost of loans, by lender and date',
    sure: 'B',
    fine: 'supervisory',
  },
  'credit.limit': {
    zh: '消费金融公司管理办法；商业银行互联网贷款管理暂行办法',
    en: 'Consumer Finance Companies; Internet Loans of Commercial Banks',
    sure: 'B',
    fine: 'supervisory',
  },
  'price.parity': {
    zh: '个人信息保护法第24条；算法推荐管理规定第21条；电子商务法第18条',
    en: 'PIPL 24; Algorithmic Recommendation 21; E-commerce Law 18',
    sure: 'A',
    fine: 'supervisory',
  },
  'sms.2015': { zh: '通信短信息服务管理规定', en: 'SMS Service Rules', sure: 'B', fine: 'sms' },
  'fraud.32': { zh: '反电信网络诈骗法第25、32条', en: 'Anti Telecom Fraud Law 25, 32', sure: 'A', fine: 'supervisory' },
  practice: { zh: '行业审慎做法', en: 'Prudent practice', sure: 'C', fine: 'none' },
  own: { zh: '本机构规则', en: "The company's own rule", sure: 'C', fine: 'none' },
})
export type ArticleCode = keyof typeof articles
